package org.knnlm.eval.statistics;

/**
 * The mean of the scores of examples, accuracy for example.
 *
 * @param value the mean
 * @param standardError of the mean; not a number for a single example
 * @param interval bootstrap over examples
 * @param examples how many
 */
public record MeanScore(double value, double standardError, Interval interval, int examples) {
  /**
   * The mean of scores.
   *
   * @throws IllegalArgumentException when there is none, or one is not finite
   */
  public static MeanScore of(double[] scores, Resampling resampling) {
    DistinctScores distinct = DistinctScores.of(scores);
    return new MeanScore(
        distinct.mean(),
        distinct.standardError(),
        resampling.interval(distinct::resampledMean),
        distinct.size());
  }
}
