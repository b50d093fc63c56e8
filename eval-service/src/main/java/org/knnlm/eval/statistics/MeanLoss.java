package org.knnlm.eval.statistics;

/**
 * The loss of a text.
 *
 * @param nats weighted mean of the losses of its windows
 * @param interval circular block bootstrap over windows
 * @param blockLength windows in a block
 */
public record MeanLoss(double nats, Interval interval, int blockLength) {
  /**
   * The loss of windows.
   *
   * @param losses of each window of the text, in order
   * @param weights of the windows: all the same for the mean of the window losses, the numbers of
   *     targets for the mean over tokens
   * @throws IllegalArgumentException when they are not as many, none, not finite, or a weight is
   *     not greater than 0
   */
  public static MeanLoss of(double[] losses, double[] weights, Resampling resampling) {
    var bootstrap = new BlockBootstrap(losses, weights);
    return new MeanLoss(
        bootstrap.mean(), resampling.interval(bootstrap::resampledMean), bootstrap.blockLength());
  }

  /** exp(loss). */
  public double perplexity() {
    return StrictMath.exp(nats);
  }

  /** The interval of {@link #perplexity}. */
  public Interval perplexityInterval() {
    return new Interval(StrictMath.exp(interval.low()), StrictMath.exp(interval.high()));
  }
}
