package org.knnlm.eval.statistics;

import java.util.Arrays;

/**
 * Scores, and how many examples have each; a score may stand here several times.
 *
 * @param counts as many as scores, each at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ScoreCounts(double[] scores, int[] counts) {
  public ScoreCounts {
    if (scores.length != counts.length) {
      throw new IllegalArgumentException(
          "%d scores and %d counts".formatted(scores.length, counts.length));
    }
  }

  /** A score for each example. */
  static ScoreCounts each(double[] scores) {
    int[] ones = new int[scores.length];
    Arrays.fill(ones, 1);
    return new ScoreCounts(scores, ones);
  }
}
