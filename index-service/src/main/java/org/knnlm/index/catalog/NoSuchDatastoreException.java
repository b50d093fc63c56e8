package org.knnlm.index.catalog;

/** There is no datastore of that name. */
public final class NoSuchDatastoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NoSuchDatastoreException(String name) {
    super("no datastore '" + name + "'");
  }
}
