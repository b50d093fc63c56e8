package org.knnlm.eval.analysis;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.Subject;

/**
 * A text of a run: that of a run of a text, or of a perplexity task.
 *
 * @param run the run
 * @param task position of the task, 0 in a run of a text
 */
public record Part(Run run, int task) {
  private static final String PERPLEXITY = "perplexity";

  /**
   * The part of a name.
   *
   * @param task name of a perplexity task of the run; empty in a run of a text
   * @throws InvalidRunException naming the field {@code task}
   */
  public static Part of(Run run, Optional<String> task) {
    List<Subject.TaskOfRun> tasks = run.spec().tasks();
    if (tasks.isEmpty() && task.isEmpty()) {
      return new Part(run, 0);
    }
    return IntStream.range(0, tasks.size())
        .filter(i -> task.isPresent() && tasks.get(i).name().equals(task.get()))
        .filter(i -> tasks.get(i).kind().equals(PERPLEXITY))
        .mapToObj(i -> new Part(run, i))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRunException(
                    List.of(
                        new FieldProblem(
                            "task",
                            "found %s, allowed is %s"
                                .formatted(
                                    task.map(name -> "\"" + name + "\"").orElse("nothing"),
                                    allowed(tasks))))));
  }

  private static String allowed(List<Subject.TaskOfRun> tasks) {
    if (tasks.isEmpty()) {
      return "nothing in a run of a text";
    }
    return "a perplexity task of the run: "
        + tasks.stream()
            .filter(task -> task.kind().equals(PERPLEXITY))
            .map(Subject.TaskOfRun::name)
            .toList();
  }
}
