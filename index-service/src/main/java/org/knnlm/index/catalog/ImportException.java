package org.knnlm.index.catalog;

/** What the settings say of a datastore is not so. */
public final class ImportException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ImportException(String name, String problem) {
    super("settings of the datastore '%s': %s".formatted(name, problem));
  }
}
