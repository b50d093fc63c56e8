package org.knnlm.eval.task;

/** Data that is not here; the message names the file looked for, and the command that gets it. */
public final class MissingDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MissingDataException(String message) {
    super(message);
  }
}
