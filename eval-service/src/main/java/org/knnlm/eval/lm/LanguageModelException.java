package org.knnlm.eval.lm;

import java.util.List;

/** The language model did not answer, or refused. */
public final class LanguageModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;
  private final transient List<FieldProblem> fields;

  private LanguageModelException(
      String message, boolean passing, List<FieldProblem> fields, Throwable cause) {
    super(message, cause);
    this.passing = passing;
    this.fields = fields;
  }

  /** It may answer later: it is not there, overloaded, or stopped in the middle. */
  public static LanguageModelException unavailable(String message, Throwable cause) {
    return new LanguageModelException(message, true, List.of(), cause);
  }

  /** It will not answer this request. */
  public static LanguageModelException refused(
      String message, List<FieldProblem> fields, Throwable cause) {
    return new LanguageModelException(message, false, fields, cause);
  }

  /** It answered with something that cannot be right. */
  public static LanguageModelException wrongAnswer(String message) {
    return new LanguageModelException(message, false, List.of(), null);
  }

  /** Whether the same request may succeed later. */
  public boolean isPassing() {
    return passing;
  }

  /** The fields of the request that it refused, in its own terms. */
  public List<FieldProblem> fields() {
    return fields;
  }
}
