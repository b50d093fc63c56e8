package org.knnlm.lm.model;

/** The model may be sound, but it asks for something that is not implemented. */
public final class UnsupportedModelException extends ModelException {
  private static final long serialVersionUID = 1;

  public UnsupportedModelException(String message) {
    super(message);
  }
}
