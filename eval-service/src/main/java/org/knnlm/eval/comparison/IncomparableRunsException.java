package org.knnlm.eval.comparison;

/** Runs that cannot be held against each other, or not yet. */
public final class IncomparableRunsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IncomparableRunsException(String message) {
    super(message);
  }
}
