package org.knnlm.grpc.access;

/** Accounts that cannot be used, or none where they are needed. */
public final class InvalidAccountsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidAccountsException(String message) {
    super(message);
  }
}
