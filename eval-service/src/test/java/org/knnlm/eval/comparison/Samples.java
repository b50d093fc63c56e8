package org.knnlm.eval.comparison;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knnlm.eval.comparison.TaskMetric.Measure;
import org.knnlm.eval.statistics.Resampling;

/** Two models on four tasks. */
final class Samples {
  static final Contender BASE = new Contender(1, 0, "org/tiny", "base");
  static final Contender KNN = new Contender(1, 1, "org/tiny", "wiki k=64 λ=0.1 T=5");
  static final TaskMetric ACC = new TaskMetric("obqa", 1, "acc", true, Measure.MEAN);
  static final TaskMetric TOKENS = new TaskMetric("obqa", 1, "tok_mean", false, Measure.MEAN);
  static final TaskMetric BBH = new TaskMetric("bbh", 2, "acc", true, Measure.MEAN_OF_GROUPS);
  static final TaskMetric PADDED =
      new TaskMetric("gsm8k", 1, "acc_padded", false, Measure.PADDED_BATCHES);
  static final TaskMetric LOSS =
      new TaskMetric("wikitext", 1, "perplexity", true, Measure.PERPLEXITY);
  static final Resampling RESAMPLING = new Resampling(1000, 1, 0.95);

  private Samples() {}

  static Comparison comparison() {
    Map<TaskMetric, Map<Contender, TaskScores>> scores = new LinkedHashMap<>();
    scores.put(ACC, Map.of(BASE, right(100, 20), KNN, right(100, 40)));
    scores.put(TOKENS, Map.of(BASE, right(100, 20), KNN, right(100, 40)));
    scores.put(
        BBH,
        Map.of(
            BASE, grouped("a a a a b b", 1, 0, 0, 0, 1, 0),
            KNN, grouped("a a a a b b", 1, 0, 0, 1, 1, 0)));
    scores.put(PADDED, Map.of(BASE, right(20, 10)));
    scores.put(
        LOSS,
        Map.of(
            BASE, TaskScores.of(new int[] {0, 1, 2}, new double[] {3, 3.5, 4}, 0),
            KNN, TaskScores.of(new int[] {0, 1, 2}, new double[] {2.5, 3, 3.5}, 0)));
    return Comparison.of(List.of(BASE, KNN), scores, RESAMPLING);
  }

  static TaskScores right(int examples, int right) {
    double[] scores = new double[examples];
    Arrays.fill(scores, 0, right, 1);
    return TaskScores.of(IntStream.range(0, examples).toArray(), scores, 0);
  }

  private static TaskScores grouped(String groups, double... scores) {
    double[] weights = new double[scores.length];
    Arrays.fill(weights, 1);
    int[] examples = IntStream.range(0, scores.length).toArray();
    return new TaskScores(
        examples, TaskScores.ones(examples), groups.split(" ", -1), scores, weights, 2);
  }
}
