package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Classification by the next token, as the reference does it: each label has words, a word counts
 * with its first token. With P the distribution after the premise, P_domain after the prompt alone,
 * P_uncond after ":":
 *
 * <ul>
 *   <li>{@code lm}: Σ P(w)
 *   <li>{@code dcpmi}: Σ [log(P(w) + 1e-10) - log(P_domain(w) + 1e-10)]
 *   <li>{@code pmi}: the same with P_uncond
 * </ul>
 *
 * The greatest wins. {@code dcpmi_float16} and {@code pmi_float16} are what a model in float16
 * gets: 1e-10 is 0 there, so the logarithm of a probability that is 0 is -∞, the difference of two
 * of them is NaN, and the first NaN wins.
 */
final class Verbalizers {
  static final List<Metric> METRICS =
      List.of("dcpmi", "lm", "pmi", "dcpmi_float16", "pmi_float16").stream()
          .map(name -> new Metric(name, Metric.Aggregation.MEAN))
          .toList();

  private static final double EPSILON = 1e-10;

  private Verbalizers() {}

  /**
   * Three distributions over tokens.
   *
   * @param conditional P
   * @param domain P_domain
   * @param unconditional P_uncond
   */
  record Distributions(
      IntToDoubleFunction conditional,
      IntToDoubleFunction domain,
      IntToDoubleFunction unconditional) {}

  /** Score of each label under each rule. */
  static Map<String, List<Double>> scores(List<int[]> labels, Distributions of) {
    Map<String, List<Double>> scores = new LinkedHashMap<>();
    scores.put("dcpmi", new ArrayList<>());
    scores.put("lm", new ArrayList<>());
    scores.put("pmi", new ArrayList<>());
    scores.put("dcpmi_float16", new ArrayList<>());
    scores.put("pmi_float16", new ArrayList<>());
    for (int[] words : labels) {
      double lm = 0;
      double dcpmi = 0;
      double pmi = 0;
      double halfDcpmi = 0;
      double halfPmi = 0;
      for (int word : words) {
        double p = of.conditional().applyAsDouble(word);
        double domain = of.domain().applyAsDouble(word);
        double unconditional = of.unconditional().applyAsDouble(word);
        lm += p;
        dcpmi += Math.log(p + EPSILON) - Math.log(domain + EPSILON);
        pmi += Math.log(p + EPSILON) - Math.log(unconditional + EPSILON);
        halfDcpmi += half(logHalf(p) - logHalf(domain));
        halfPmi += half(logHalf(p) - logHalf(unconditional));
      }
      scores.get("dcpmi").add(dcpmi);
      scores.get("lm").add(lm);
      scores.get("pmi").add(pmi);
      scores.get("dcpmi_float16").add(halfDcpmi);
      scores.get("pmi_float16").add(halfPmi);
    }
    return scores;
  }

  private static float logHalf(double probability) {
    return half(Math.log(half(probability)));
  }

  private static float half(double value) {
    return Float.float16ToFloat(Float.floatToFloat16((float) value));
  }

  static Outcome grade(Task task, List<int[]> labels, Distributions distributions, int answer) {
    Map<String, List<Double>> scores = scores(labels, distributions);
    Map<String, Integer> predictions = new LinkedHashMap<>();
    scores.forEach((rule, ofLabels) -> predictions.put(rule, Best.greatest(ofLabels)));
    Map<String, Double> values = new LinkedHashMap<>();
    for (Metric metric : task.metrics()) {
      values.put(metric.name(), predictions.get(metric.name()) == answer ? 1.0 : 0.0);
    }
    int prediction = predictions.get(task.metrics().getFirst().name());
    return Outcome.of(
        Integer.toString(prediction), values, new Outcome.Details(scores, predictions, List.of()));
  }
}
