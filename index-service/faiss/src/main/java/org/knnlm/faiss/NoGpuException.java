package org.knnlm.faiss;

/** A GPU was asked for that is not there, or that this build of faiss has no code for. */
public final class NoGpuException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoGpuException(String message) {
    super(message);
  }
}
