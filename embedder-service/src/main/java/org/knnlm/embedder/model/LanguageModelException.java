package org.knnlm.embedder.model;

/** A language model that did not do what it was asked. */
public abstract sealed class LanguageModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private LanguageModelException(String message, Throwable cause) {
    super(message, cause);
  }

  /** It cannot be reached, or does not answer in time. */
  public static final class Unavailable extends LanguageModelException {
    private static final long serialVersionUID = 1L;

    /** Says where it was sought, and what went wrong. */
    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** It refused or failed. */
  public static final class Failed extends LanguageModelException {
    private static final long serialVersionUID = 1L;

    /** Says where it runs, and what it said. */
    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Its answer is not of the kind that was asked for. */
  public static final class BadReply extends LanguageModelException {
    private static final long serialVersionUID = 1L;

    /** Says what was found and what was expected. */
    public BadReply(String message) {
      super(message, null);
    }
  }
}
