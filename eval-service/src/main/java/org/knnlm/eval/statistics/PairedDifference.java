package org.knnlm.eval.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a second model scores more than a first one on the same examples.
 *
 * @param value mean of the second's scores less that of the first's
 * @param interval bootstrap over examples, both scores of an example drawn together
 * @param test for scores that are 0 or 1, of all examples alike; empty for others
 */
public record PairedDifference(double value, Interval interval, Optional<McNemar> test) {
  /**
   * Compares two models.
   *
   * @param first scores by example
   * @param second of the same examples in the same order
   * @throws IllegalArgumentException when they are not as many, none, or one is not finite
   */
  public static PairedDifference of(double[] first, double[] second, Resampling resampling) {
    return of(List.of(ScoreCounts.each(first)), List.of(ScoreCounts.each(second)), resampling);
  }

  /**
   * The same by group: a mean is that of the groups' means.
   *
   * @param first by group
   * @param second of the same examples in the same order, with the same counts
   */
  public static PairedDifference of(
      List<ScoreCounts> first, List<ScoreCounts> second, Resampling resampling) {
    GroupedScores differences = GroupedScores.differences(first, second);
    return new PairedDifference(
        differences.mean(),
        resampling.interval(differences::resampledMean),
        isRightOrWrong(first) && isRightOrWrong(second)
            ? Optional.of(test(differences))
            : Optional.empty());
  }

  private static boolean isRightOrWrong(List<ScoreCounts> groups) {
    return groups.stream()
        .flatMapToDouble(group -> Arrays.stream(group.scores()))
        .allMatch(s -> s == 0 || s == 1);
  }

  private static McNemar test(GroupedScores differences) {
    int firstOnly = 0;
    int secondOnly = 0;
    for (DistinctScores group : differences.groups()) {
      firstOnly += group.count(-1);
      secondOnly += group.count(1);
    }
    return McNemar.of(firstOnly, secondOnly);
  }
}
