package org.knnlm.eval.rest;

import java.util.List;
import java.util.Map;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.task.Outcome;

/**
 * An example of a run in JSON.
 *
 * @param error why it failed; null otherwise
 * @param options to choose among; empty where there are none
 * @param outcomes of the base model, then of each setting; empty unless DONE
 */
public record ExampleView(
    String task,
    int index,
    String group,
    ExampleState state,
    String error,
    String prompt,
    String expected,
    List<String> options,
    double seconds,
    List<OutcomeView> outcomes) {

  /** What one setting made of it; numbers that JSON does not have are null. */
  public record OutcomeView(
      String prediction,
      boolean correct,
      double score,
      Map<String, Double> metrics,
      Map<String, List<Double>> scores,
      Map<String, Integer> predictions,
      List<Integer> tokens) {}

  static ExampleView of(ExampleResult example) {
    return new ExampleView(
        example.task(),
        example.index(),
        example.group(),
        example.state(),
        example.error().orElse(null),
        example.prompt(),
        example.expected(),
        example.options(),
        example.seconds(),
        example.outcomes().stream().map(ExampleView::outcome).toList());
  }

  private static OutcomeView outcome(Outcome outcome) {
    return new OutcomeView(
        outcome.prediction(),
        outcome.correct(),
        outcome.score(),
        outcome.metrics(),
        outcome.details().scores(),
        outcome.details().predictions(),
        outcome.details().tokens());
  }
}
