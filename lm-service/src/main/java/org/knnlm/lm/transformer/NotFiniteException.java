package org.knnlm.lm.transformer;

/**
 * The model computed a NaN or an infinity: its weights are damaged, or a number left its format.
 */
public final class NotFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotFiniteException(String message) {
    super(message);
  }
}
