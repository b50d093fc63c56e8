package org.knnlm.lm.model;

/** The model directory cannot be served; the message is a sentence for the person who chose it. */
public abstract class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  protected ModelException(String message) {
    super(message);
  }

  protected ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
