package org.knnlm.embedder.embedding;

/** A corpus of which no datastore can be made. */
public abstract sealed class EmbeddingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private EmbeddingException(String message) {
    super(message);
  }

  /** The corpus gives no key. */
  public static final class EmptyCorpus extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    EmptyCorpus(String message) {
      super(message);
    }
  }

  /** The disk is too small for the datastore. */
  public static final class NotEnoughSpace extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    NotEnoughSpace(String message) {
      super(message);
    }
  }

  /** The model gave tokens or hidden states that cannot be right. */
  public static final class BadOutput extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    BadOutput(String message) {
      super(message);
    }
  }

  /** The model was replaced by another one on the way. */
  public static final class ModelChanged extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    ModelChanged(String message) {
      super(message);
    }
  }
}
