package org.knnlm.eval.statistics;

import java.util.ArrayList;
import java.util.List;

/**
 * Scores of examples that fall into groups of which each counts the same: the mean is that of the
 * groups' means, and examples are resampled within their group. Mostly there is one group.
 */
record GroupedScores(List<DistinctScores> groups) {
  /**
   * @throws IllegalArgumentException when there is no group, an empty one, or a score is not finite
   */
  static GroupedScores of(List<double[]> groups) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("no scores");
    }
    return new GroupedScores(groups.stream().map(DistinctScores::of).toList());
  }

  /** Differences of scores by group. */
  static GroupedScores differences(List<double[]> first, List<double[]> second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "%d groups and %d of the other model".formatted(first.size(), second.size()));
    }
    List<double[]> differences = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      differences.add(differences(first.get(i), second.get(i)));
    }
    return of(differences);
  }

  private static double[] differences(double[] first, double[] second) {
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "%d scores and %d of the other model".formatted(first.length, second.length));
    }
    double[] differences = new double[first.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = second[i] - first[i];
    }
    return differences;
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
