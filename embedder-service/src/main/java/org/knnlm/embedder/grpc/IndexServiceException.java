package org.knnlm.embedder.grpc;

import io.grpc.Status;

/** index-service did not do what it was asked. */
public final class IndexServiceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  IndexServiceException(String message, Status.Code code, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What it said. */
  public Status.Code code() {
    return code;
  }
}
