package org.knnlm.index.search;

/** More queries wait than are allowed; there may be room later. */
public final class TooManyQueriesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TooManyQueriesException(int wanted, int free, int allowed) {
    super(
        "%d queries more cannot wait: of %d that are allowed only %d are free"
            .formatted(wanted, allowed, free));
  }
}
