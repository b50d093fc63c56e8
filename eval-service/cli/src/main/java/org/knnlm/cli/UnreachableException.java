package org.knnlm.cli;

/** eval-service did not answer, or cannot now. */
final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether eval-service said so itself: then it has not done what was asked. */
  boolean isAnswer() {
    return getCause() == null;
  }
}
