package org.knnlm.eval.rest;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.task.Outcome;

/**
 * An example that models answer differently, in JSON.
 *
 * @param index place among the examples of the task, from 0
 * @param group sub-task; empty in a task of one
 * @param prompt what was asked in the first of the runs
 * @param expected the right answer
 * @param answers of all models
 */
public record DifferingView(
    int index, String group, String prompt, String expected, List<Answer> answers) {
  /**
   * What a model answered.
   *
   * @param run its run
   * @param setting 0 for the base model, i for the i-th setting of the run
   */
  public record Answer(long run, int setting, String prediction, boolean correct, double score) {}

  static DifferingView of(List<ExampleResult> byRun) {
    List<Answer> answers = new ArrayList<>();
    for (ExampleResult result : byRun) {
      for (int i = 0; i < result.outcomes().size(); i++) {
        Outcome outcome = result.outcomes().get(i);
        answers.add(
            new Answer(result.run(), i, outcome.prediction(), outcome.correct(), outcome.score()));
      }
    }
    ExampleResult first = byRun.getFirst();
    return new DifferingView(
        first.index(), first.group(), first.prompt(), first.expected(), answers);
  }
}
