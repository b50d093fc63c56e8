package org.knnlm.eval.run;

/** Something that a run's numbers depend on is no longer what it was when the run was asked for. */
public final class ChangedInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChangedInputException(String message) {
    super(message);
  }
}
