package org.knnlm.eval.statistics;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How a bootstrap is done. Intervals are percentile intervals (Efron 1979): of the statistic of
 * many resamples, the quantiles (1 - confidence) / 2 and (1 + confidence) / 2, interpolated
 * linearly.
 *
 * @param resamples how many, at least 100
 * @param seed of all draws
 * @param confidence of intervals, between 0 and 1
 */
public record Resampling(int resamples, long seed, double confidence) {
  /** 10,000 resamples, 95 %. */
  public static final Resampling DEFAULT = new Resampling(10_000, 42, 0.95);

  public Resampling {
    if (resamples < 100) {
      throw new IllegalArgumentException("resamples: found %d, 100 or more".formatted(resamples));
    }
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence: found %s, allowed is between 0 and 1".formatted(confidence));
    }
  }

  /** The interval of a statistic, given what it is of one resample. */
  Interval interval(ToDoubleFunction<SplitMix64> ofResample) {
    double[] values =
        IntStream.range(0, resamples)
            .parallel()
            .mapToDouble(number -> ofResample.applyAsDouble(SplitMix64.stream(seed, number)))
            .toArray();
    Arrays.sort(values);
    return new Interval(
        quantile(values, (1 - confidence) / 2), quantile(values, (1 + confidence) / 2));
  }

  /** Definition 7 of Hyndman and Fan (1996), which numpy uses too. */
  private static double quantile(double[] sorted, double probability) {
    double place = probability * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
