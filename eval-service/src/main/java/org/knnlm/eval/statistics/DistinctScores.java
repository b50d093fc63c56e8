package org.knnlm.eval.statistics;

import java.util.Arrays;

/**
 * The scores of examples as their distinct values and how often each occurs. To draw n of n
 * examples with replacement is to draw these counts from a multinomial distribution: for right and
 * wrong answers one binomial draw instead of n.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DistinctScores(double[] values, int[] counts, int size) {

  /**
   * @throws IllegalArgumentException when there is none, or one is not finite
   */
  static DistinctScores of(ScoreCounts scores) {
    if (scores.scores().length == 0) {
      throw new IllegalArgumentException("no scores");
    }
    double[] values = Arrays.stream(scores.scores()).sorted().distinct().toArray();
    int[] counts = new int[values.length];
    int size = 0;
    for (int i = 0; i < scores.scores().length; i++) {
      double score = scores.scores()[i];
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException("found the score " + score);
      }
      counts[Arrays.binarySearch(values, score)] += scores.counts()[i];
      size += scores.counts()[i];
    }
    return new DistinctScores(values, counts, size);
  }

  /** How many examples have a score. */
  int count(double score) {
    int place = Arrays.binarySearch(values, score);
    return place < 0 ? 0 : counts[place];
  }

  /** The mean. */
  double mean() {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * counts[i];
    }
    return sum / size;
  }

  /** The standard error of the mean: the sample's standard deviation over the root of its size. */
  double standardError() {
    double mean = mean();
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      squares += counts[i] * (values[i] - mean) * (values[i] - mean);
    }
    return Math.sqrt(squares / (size - 1) / size);
  }

  /** The mean of a resample. */
  double resampledMean(SplitMix64 random) {
    int left = size;
    int leftOfSample = size;
    double sum = 0;
    for (int i = 0; i < values.length && left > 0; i++) {
      int drawn = BinomialDraw.draw(random, left, (double) counts[i] / leftOfSample);
      sum += values[i] * drawn;
      left -= drawn;
      leftOfSample -= counts[i];
    }
    return sum / size;
  }
}
