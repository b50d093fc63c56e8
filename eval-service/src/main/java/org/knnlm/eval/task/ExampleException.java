package org.knnlm.eval.task;

/** An example that cannot be asked; its run goes on without it. */
public final class ExampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExampleException(String message) {
    super(message);
  }
}
