package org.knnlm.eval.lm;

/** Nobody could say what is in a datastore. */
public final class DatastoresException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  /**
   * @param passing whether the same question may be answered later
   */
  public DatastoresException(String message, boolean passing, Throwable cause) {
    super(message, cause);
    this.passing = passing;
  }

  /** Whether the same question may be answered later. */
  public boolean isPassing() {
    return passing;
  }
}
