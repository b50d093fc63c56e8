package org.knnlm.lm.batch;

/** There is no room now for what is asked; there may be later. */
public final class TooBusyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TooBusyException(String message) {
    super(message);
  }
}
