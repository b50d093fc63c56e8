package org.knnlm.eval.task;

import java.util.List;
import java.util.Map;

/**
 * What one setting made of an example.
 *
 * @param prediction the option's text, the label's number from 0, or the continuation; empty for a
 *     window of a text
 * @param correct whether the headline metric is 1, exact match in open questions; false for a
 *     window of a text
 * @param score value of the headline metric
 * @param metrics value of each of the task's metrics, in their order
 * @param details what it was decided on
 */
public record Outcome(
    String prediction,
    boolean correct,
    double score,
    Map<String, Double> metrics,
    Details details) {

  /**
   * What an outcome was decided on.
   *
   * @param scores of each option or label under each of the rules that decide
   * @param predictions of each rule
   * @param tokens of the continuation
   */
  public record Details(
      Map<String, List<Double>> scores, Map<String, Integer> predictions, List<Integer> tokens) {}

  static Outcome of(String prediction, Map<String, Double> metrics, Details details) {
    double headline = metrics.values().iterator().next();
    return new Outcome(prediction, headline == 1, headline, metrics, details);
  }
}
