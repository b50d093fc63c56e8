package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.statistics.ScoreCounts;

/**
 * The scores of a task's examples under one model and metric.
 *
 * @param examples numbers of the examples in the task, ascending; those that failed are left out,
 *     and of those that all models score alike the first may stand for all
 * @param counts for how many examples each stands
 * @param groups group of each; empty strings where the task has none
 * @param scores of each
 * @param weights of each: the targets of a window, 1 of other examples
 * @param failed examples that have no score
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TaskScores(
    int[] examples, int[] counts, String[] groups, double[] scores, double[] weights, int failed) {
  public TaskScores {
    if (counts.length != examples.length
        || groups.length != examples.length
        || scores.length != examples.length
        || weights.length != examples.length) {
      throw new IllegalArgumentException(
          "%d examples, %d counts, %d groups, %d scores, %d weights"
              .formatted(
                  examples.length, counts.length, groups.length, scores.length, weights.length));
    }
    for (int i = 1; i < examples.length; i++) {
      if (examples[i] <= examples[i - 1]) {
        throw new IllegalArgumentException(
            "example %d after %d".formatted(examples[i], examples[i - 1]));
      }
    }
  }

  /** Scores of examples without groups and weights. */
  public static TaskScores of(int[] examples, double[] scores, int failed) {
    String[] groups = new String[examples.length];
    Arrays.fill(groups, "");
    double[] weights = new double[examples.length];
    Arrays.fill(weights, 1);
    return new TaskScores(examples, ones(examples), groups, scores, weights, failed);
  }

  /** Each example stands for itself. */
  static int[] ones(int[] examples) {
    int[] ones = new int[examples.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** How many examples have a score. */
  int size() {
    return Arrays.stream(counts).sum();
  }

  /** Those of the examples that the other has a score of, too. */
  TaskScores sharedWith(TaskScores other) {
    int[] places = new int[examples.length];
    int shared = 0;
    int theirs = 0;
    for (int i = 0; i < examples.length; i++) {
      while (theirs < other.examples.length && other.examples[theirs] < examples[i]) {
        theirs++;
      }
      if (theirs < other.examples.length && other.examples[theirs] == examples[i]) {
        places[shared++] = i;
      }
    }
    int[] kept = Arrays.copyOf(places, shared);
    return new TaskScores(
        Arrays.stream(kept).map(i -> examples[i]).toArray(),
        Arrays.stream(kept).map(i -> counts[i]).toArray(),
        Arrays.stream(kept).mapToObj(i -> groups[i]).toArray(String[]::new),
        Arrays.stream(kept).mapToDouble(i -> scores[i]).toArray(),
        Arrays.stream(kept).mapToDouble(i -> weights[i]).toArray(),
        failed);
  }

  /** The weights that a metric gives them. */
  double[] weightsIn(TaskMetric.Measure measure) {
    if (measure == TaskMetric.Measure.TOKEN_PERPLEXITY) {
      return weights;
    }
    double[] ones = new double[weights.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** The scores by group, as the metric wants them: all in one unless it is a mean of groups. */
  List<ScoreCounts> grouped(TaskMetric.Measure measure) {
    if (measure != TaskMetric.Measure.MEAN_OF_GROUPS) {
      return List.of(new ScoreCounts(scores, counts));
    }
    Map<String, List<Integer>> byGroup = new LinkedHashMap<>();
    for (int i = 0; i < scores.length; i++) {
      byGroup.computeIfAbsent(groups[i], group -> new ArrayList<>()).add(i);
    }
    return byGroup.values().stream()
        .map(
            places ->
                new ScoreCounts(
                    places.stream().mapToDouble(i -> scores[i]).toArray(),
                    places.stream().mapToInt(i -> counts[i]).toArray()))
        .toList();
  }
}
