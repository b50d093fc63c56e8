package org.knnlm.faiss;

/** What faiss refused, in faiss's own words. */
public final class FaissException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FaissException(String message, Throwable cause) {
    super(message, cause);
  }
}
