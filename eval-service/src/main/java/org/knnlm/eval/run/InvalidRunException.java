package org.knnlm.eval.run;

import java.util.List;
import java.util.stream.Collectors;
import org.knnlm.eval.lm.FieldProblem;

/** A run that cannot be carried out as asked for; every field at fault is named. */
public final class InvalidRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<FieldProblem> problems;

  public InvalidRunException(List<FieldProblem> problems) {
    super(
        problems.stream()
            .map(problem -> problem.field() + ": " + problem.problem())
            .collect(Collectors.joining("; ")));
    this.problems = problems;
  }

  /** What is wrong, in the order of the fields. */
  public List<FieldProblem> problems() {
    return problems;
  }
}
