package org.knnlm.index.catalog;

/** A build that would have to wait for another one of the same datastore. */
public final class BuildConflictException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BuildConflictException(String name, String running, String asked) {
    super(
        "datastore '%s': %s is being built, %s was asked for; wait for the end of that build"
            .formatted(name, running, asked));
  }
}
