package org.knnlm.index.catalog;

import java.nio.file.Path;

/** An index was to be built where nothing may be written. */
public final class ReadOnlyFolderException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReadOnlyFolderException(String name, Path folder) {
    super(
        "an index of the datastore '%s' cannot be built: %s is read-only".formatted(name, folder));
  }
}
