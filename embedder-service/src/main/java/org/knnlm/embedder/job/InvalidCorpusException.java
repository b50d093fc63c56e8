package org.knnlm.embedder.job;

/** A corpus file that cannot be read, or may not be. */
public final class InvalidCorpusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidCorpusException(String problem) {
    super(problem);
  }
}
