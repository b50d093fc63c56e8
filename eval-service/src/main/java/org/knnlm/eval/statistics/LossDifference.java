package org.knnlm.eval.statistics;

import java.util.Arrays;

/**
 * What a second model loses more than a first one on the same text.
 *
 * @param nats the second's loss less the first's
 * @param interval circular block bootstrap over windows, both losses of a window drawn together
 * @param blockLength windows in a block
 */
public record LossDifference(double nats, Interval interval, int blockLength) {
  /**
   * Compares two models.
   *
   * @param first loss of each window of the text, in order
   * @param second of the same windows
   * @param weights of the windows in the loss of the text: all the same for the mean of the window
   *     losses, the numbers of targets for the mean over tokens
   * @throws IllegalArgumentException when they are not as many, none, not finite, or a weight is
   *     not greater than 0
   */
  public static LossDifference of(
      double[] first, double[] second, double[] weights, Resampling resampling) {
    if (first.length != second.length || first.length != weights.length) {
      throw new IllegalArgumentException(
          "%d losses, %d of the other model, %d weights"
              .formatted(first.length, second.length, weights.length));
    }
    double[] differences = new double[first.length];
    for (int i = 0; i < first.length; i++) {
      differences[i] = second[i] - first[i];
      if (!Double.isFinite(differences[i]) || !(weights[i] > 0 && Double.isFinite(weights[i]))) {
        throw new IllegalArgumentException(
            "window %d: losses %s and %s, weight %s".formatted(i, first[i], second[i], weights[i]));
      }
    }
    int blockLength = BlockBootstrap.blockLength(differences.length);
    var bootstrap = new BlockBootstrap(differences, weights, blockLength);
    return new LossDifference(
        bootstrap.mean(), resampling.interval(bootstrap::resampledMean), blockLength);
  }

  /** The same where every window counts the same. */
  public static LossDifference of(double[] first, double[] second, Resampling resampling) {
    double[] ones = new double[first.length];
    Arrays.fill(ones, 1);
    return of(first, second, ones, resampling);
  }

  /** Perplexity against the first model's: 100 (exp(nats) - 1). */
  public double percent() {
    return percent(nats);
  }

  /** The interval of {@link #percent}. */
  public Interval percentInterval() {
    return new Interval(percent(interval.low()), percent(interval.high()));
  }

  private static double percent(double nats) {
    return 100 * StrictMath.expm1(nats);
  }
}
