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
  static DistinctScores of(double[] scores) {
    if (scores.length == 0) {
      throw new IllegalArgumentException("no scores");
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double[] values = new double[sorted.length];
    int[] counts = new int[sorted.length];
    int distinct = 0;
    for (double score : sorted) {
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException("found the score " + score);
      }
      if (distinct == 0 || score != values[distinct - 1]) {
        values[distinct++] = score;
      }
      counts[distinct - 1]++;
    }
    return new DistinctScores(
        Arrays.copyOf(values, distinct), Arrays.copyOf(counts, distinct), sorted.length);
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
