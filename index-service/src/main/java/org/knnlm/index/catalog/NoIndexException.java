package org.knnlm.index.catalog;

/** A datastore whose index is not built yet. */
public final class NoIndexException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NoIndexException(String name) {
    super("datastore '" + name + "' has no index yet: call BuildIndex first");
  }
}
