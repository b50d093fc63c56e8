package org.knnlm.index.shard;

import java.nio.file.Path;

/** A datastore whose index somebody builds at this moment. */
public final class BuildFolderHeldException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BuildFolderHeldException(Path folder) {
    super(folder + ": held by another build of this index, wait for its end");
  }
}
