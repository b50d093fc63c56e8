package org.knnlm.eval.statistics;

import java.util.List;

/**
 * The mean of the scores of examples, accuracy for example.
 *
 * @param value the mean
 * @param standardError of the mean; not a number where a group has a single example
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
    return of(List.of(ScoreCounts.each(scores)), resampling);
  }

  /** The mean of the means of groups; examples are resampled within their group. */
  public static MeanScore of(List<ScoreCounts> groups, Resampling resampling) {
    GroupedScores scores = GroupedScores.of(groups);
    return new MeanScore(
        scores.mean(),
        scores.standardError(),
        resampling.interval(scores::resampledMean),
        scores.size());
  }
}
