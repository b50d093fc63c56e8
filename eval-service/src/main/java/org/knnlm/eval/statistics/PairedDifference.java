package org.knnlm.eval.statistics;

import java.util.Optional;

/**
 * What a second model scores more than a first one on the same examples.
 *
 * @param value mean of the second's scores less that of the first's
 * @param interval bootstrap over examples, both scores of an example drawn together
 * @param test for scores that are 0 or 1; empty for others
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
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "%d scores and %d of the other model".formatted(first.length, second.length));
    }
    boolean rightOrWrong = true;
    double[] differences = new double[first.length];
    int firstOnly = 0;
    int secondOnly = 0;
    for (int i = 0; i < first.length; i++) {
      rightOrWrong &= (first[i] == 0 || first[i] == 1) && (second[i] == 0 || second[i] == 1);
      differences[i] = second[i] - first[i];
      firstOnly += differences[i] < 0 ? 1 : 0;
      secondOnly += differences[i] > 0 ? 1 : 0;
    }
    DistinctScores distinct = DistinctScores.of(differences);
    return new PairedDifference(
        distinct.mean(),
        resampling.interval(distinct::resampledMean),
        rightOrWrong ? Optional.of(McNemar.of(firstOnly, secondOnly)) : Optional.empty());
  }
}
