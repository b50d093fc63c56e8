package org.knnlm.eval.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scores of examples that fall into groups of which each counts the same: the mean is that of the
 * groups' means, and examples are resampled within their group. Mostly there is one group.
 */
record GroupedScores(List<DistinctScores> groups) {
  /**
   * @throws IllegalArgumentException when there is no group, an empty one, or a score is not finite
   */
  static GroupedScores of(List<ScoreCounts> groups) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("no scores");
    }
    return new GroupedScores(groups.stream().map(DistinctScores::of).toList());
  }

  /** Differences of scores by group. */
  static GroupedScores differences(List<ScoreCounts> first, List<ScoreCounts> second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "%d groups and %d of the other model".formatted(first.size(), second.size()));
    }
    List<ScoreCounts> differences = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      differences.add(differences(first.get(i), second.get(i)));
    }
    return of(differences);
  }

  private static ScoreCounts differences(ScoreCounts first, ScoreCounts second) {
    if (!Arrays.equals(first.counts(), second.counts())) {
      throw new IllegalArgumentException(
          "%d scores and %d of the other model, or of other examples"
              .formatted(first.scores().length, second.scores().length));
    }
    double[] differences = new double[first.scores().length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = second.scores()[i] - first.scores()[i];
    }
    return new ScoreCounts(differences, first.counts());
  }

  double mean() {
    double sum = 0;
    for (DistinctScores group : groups) {
      sum += group.mean();
    }
    return sum / groups.size();
  }

  /** The standard error of the mean. */
  double standardError() {
    double squares = 0;
    for (DistinctScores group : groups) {
      squares += group.standardError() * group.standardError();
    }
    return Math.sqrt(squares) / groups.size();
  }

  /** The mean of a resample. */
  double resampledMean(SplitMix64 random) {
    double sum = 0;
    for (DistinctScores group : groups) {
      sum += group.resampledMean(random);
    }
    return sum / groups.size();
  }

  int size() {
    return groups.stream().mapToInt(DistinctScores::size).sum();
  }
}
