package org.knnlm.lm.model;

/** A file of the model is missing, unreadable or contradicts another one. */
public final class InvalidModelException extends ModelException {
  private static final long serialVersionUID = 1;

  public InvalidModelException(String message) {
    super(message);
  }

  public InvalidModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
