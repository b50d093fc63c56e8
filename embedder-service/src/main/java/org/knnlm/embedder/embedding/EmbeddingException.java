package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.file.Path;

/** A corpus of which no datastore can be made. */
public abstract sealed class EmbeddingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private EmbeddingException(String message) {
    super(message);
  }

  private EmbeddingException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The corpus gives no key. */
  public static final class EmptyCorpus extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    EmptyCorpus(String message) {
      super(message);
    }
  }

  /** A part has more tokens than its file of documents can count. */
  public static final class TooLong extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    TooLong(String message) {
      super(message);
    }
  }

  /** The disk is too small for the datastore. */
  public static final class NotEnoughSpace extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    NotEnoughSpace(String message) {
      super(message);
    }

    private NotEnoughSpace(Path folder, IOException cause) {
      super("%s: %s".formatted(folder, cause.getMessage()), cause);
    }

    /** The exception itself, unless it says that others have filled the disk meanwhile. */
    static IOException unless(Path folder, IOException e) {
      if (String.valueOf(e.getMessage()).contains("No space left on device")) {
        throw new NotEnoughSpace(folder, e);
      }
      return e;
    }
  }

  /** The model gave tokens or hidden states that cannot be right. */
  public static final class BadOutput extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    BadOutput(String message) {
      super(message);
    }
  }

  /** What was begun under the name is not what is wanted now. */
  public static final class OtherPlan extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    OtherPlan(String message) {
      super(message);
    }
  }

  /** What is to be appended to is no datastore, or one of other keys. */
  public static final class WrongBase extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    WrongBase(String message) {
      super(message);
    }
  }

  /** Parts are missing. */
  public static final class Incomplete extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    Incomplete(String message) {
      super(message);
    }
  }

  /** Bytes on the disk are not those that were written. */
  public static final class Damaged extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /** The model is not the one that the datastore is made with. */
  public static final class ModelChanged extends EmbeddingException {
    private static final long serialVersionUID = 1L;

    ModelChanged(String message) {
      super(message);
    }
  }
}
