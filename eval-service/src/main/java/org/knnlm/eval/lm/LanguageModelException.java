package org.knnlm.eval.lm;

import java.util.List;

/** The language model did not answer, or refused. */
public final class LanguageModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String LM_SERVICE = "lm-service";

  private final boolean passing;
  private final String lacking;
  private final transient List<FieldProblem> fields;

  private LanguageModelException(
      String message, boolean passing, String lacking, List<FieldProblem> fields, Throwable cause) {
    super(message, cause);
    this.passing = passing;
    this.lacking = lacking;
    this.fields = fields;
  }

  /**
   * It may answer later: it is not there, overloaded, or stopped in the middle.
   *
   * @param lacking the service that it is for: lm-service, or one that it needs
   */
  public static LanguageModelException unavailable(
      String message, String lacking, Throwable cause) {
    return new LanguageModelException(message, true, lacking, List.of(), cause);
  }

  /** It will not answer this request. */
  public static LanguageModelException refused(
      String message, List<FieldProblem> fields, Throwable cause) {
    return new LanguageModelException(message, false, LM_SERVICE, fields, cause);
  }

  /** It answered with something that cannot be right. */
  public static LanguageModelException wrongAnswer(String message) {
    return new LanguageModelException(message, false, LM_SERVICE, List.of(), null);
  }

  /** Whether the same request may succeed later. */
  public boolean isPassing() {
    return passing;
  }

  /** The service that did not answer, or refused. */
  public String lacking() {
    return lacking;
  }

  /** The fields of the request that it refused, in its own terms. */
  public List<FieldProblem> fields() {
    return fields;
  }
}
