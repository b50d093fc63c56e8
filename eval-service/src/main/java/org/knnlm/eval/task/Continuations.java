package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Multiple choice by likelihood, after Holtzman et al. (EMNLP 2021) and the reference's code. With
 * ce(x → y) the sum of the cross-entropies of y's tokens after x, premise p, domain premise u and
 * continuation h:
 *
 * <ul>
 *   <li>{@code lm}: the least ce(p → h)
 *   <li>{@code tok_mean}: the least ce(p → h) / tokens of h, special ones counted
 *   <li>{@code dcpmi}: the greatest ce(u → h) - ce(p → h)
 *   <li>{@code pmi}: the greatest ce([584] → h) - ce(p → h)
 *   <li>{@code domain_cond}: the least ce(u → h)
 * </ul>
 *
 * Of equals the first wins. A metric named {@code …_reference} compares the same prediction with
 * the label that the reference reads.
 */
public final class Continuations {
  /** The token that stands alone before a continuation in {@code pmi}, whatever the tokenizer. */
  public static final int BARE_TOKEN = 584;

  static final String REFERENCE = "_reference";

  private Continuations() {}

  /**
   * Sums of cross-entropies of one option, in nats.
   *
   * @param conditional after the premise
   * @param domain after the domain premise; NaN in tasks without one
   * @param bare after the bare token; NaN in tasks without domain premise
   * @param tokens of the continuation, special ones counted
   */
  public record Entropies(double conditional, double domain, double bare, int tokens) {}

  static List<Metric> metrics(boolean domain, boolean reference) {
    List<Metric> metrics = new ArrayList<>();
    List<String> names =
        domain
            ? List.of("lm", "tok_mean", "dcpmi", "pmi", "domain_cond")
            : List.of("lm", "tok_mean");
    names.forEach(name -> metrics.add(new Metric(name, Metric.Aggregation.MEAN)));
    if (reference) {
      names.forEach(name -> metrics.add(new Metric(name + REFERENCE, Metric.Aggregation.MEAN)));
    }
    return metrics;
  }

  /** Score of each option under each metric; the lower ones are better but for dcpmi and pmi. */
  static Map<String, List<Double>> scores(List<Entropies> options, boolean domain) {
    Map<String, List<Double>> scores = new LinkedHashMap<>();
    scores.put("lm", options.stream().map(Entropies::conditional).toList());
    scores.put("tok_mean", options.stream().map(o -> o.conditional() / o.tokens()).toList());
    if (domain) {
      scores.put("dcpmi", options.stream().map(o -> o.domain() - o.conditional()).toList());
      scores.put("pmi", options.stream().map(o -> o.bare() - o.conditional()).toList());
      scores.put("domain_cond", options.stream().map(Entropies::domain).toList());
    }
    return scores;
  }

  /** The prediction of each metric. */
  static Map<String, Integer> predictions(Map<String, List<Double>> scores) {
    Map<String, Integer> predictions = new LinkedHashMap<>();
    scores.forEach(
        (metric, ofOptions) ->
            predictions.put(
                metric, metric.endsWith("pmi") ? Best.greatest(ofOptions) : Best.least(ofOptions)));
    return predictions;
  }

  /**
   * What one setting made of an example.
   *
   * @param options in the order of the example
   * @param answer the right one
   * @param reference the one that the reference takes to be right; empty where it takes none
   */
  static Outcome grade(
      Task task,
      List<String> texts,
      List<Entropies> options,
      int answer,
      OptionalInt reference,
      boolean domain) {
    Map<String, List<Double>> scores = scores(options, domain);
    Map<String, Integer> predictions = predictions(scores);
    Map<String, Double> values = new LinkedHashMap<>();
    for (Metric metric : task.metrics()) {
      String name = metric.name();
      boolean right =
          name.endsWith(REFERENCE)
              ? reference.isPresent()
                  && predictions.get(name.substring(0, name.length() - REFERENCE.length()))
                      == reference.getAsInt()
              : predictions.get(name) == answer;
      values.put(name, right ? 1.0 : 0.0);
    }
    String headline = task.metrics().getFirst().name().replace(REFERENCE, "");
    return Outcome.of(
        texts.get(predictions.get(headline)),
        values,
        new Outcome.Details(scores, predictions, List.of()));
  }
}
