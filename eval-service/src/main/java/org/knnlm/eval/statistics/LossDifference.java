package org.knnlm.eval.statistics;

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
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "%d losses and %d of the other model".formatted(first.length, second.length));
    }
    double[] differences = new double[first.length];
    for (int i = 0; i < first.length; i++) {
      differences[i] = second[i] - first[i];
    }
    var bootstrap = new BlockBootstrap(differences, weights);
    return new LossDifference(
        bootstrap.mean(), resampling.interval(bootstrap::resampledMean), bootstrap.blockLength());
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
