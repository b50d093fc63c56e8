package org.knnlm.eval.example;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.task.Evaluator;

/**
 * The examples of a task, known once its data has been read.
 *
 * @param groups its sub-tasks in order; one without a name in a task of one
 * @param counts what the text holds, of a perplexity task
 */
public record TaskPlan(List<Group> groups, Optional<TextCounts> counts) {
  /**
   * Examples that follow each other.
   *
   * @param name of the sub-task
   * @param first index of the first example
   * @param end index after the last
   */
  public record Group(String name, int first, int end) {}

  static TaskPlan of(Evaluator evaluator) {
    List<Group> groups = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= evaluator.examples(); i++) {
      if (i == evaluator.examples() || !evaluator.group(i).equals(evaluator.group(first))) {
        groups.add(new Group(evaluator.group(first), first, i));
        first = i;
      }
    }
    return new TaskPlan(groups, evaluator.counts());
  }

  /** Number of examples. */
  public int examples() {
    return groups.isEmpty() ? 0 : groups.getLast().end();
  }
}
