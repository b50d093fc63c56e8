package org.knnlm.eval.statistics;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * McNemar's exact test of two models on the same examples: of those that one alone gets right, each
 * model has half when they are equally good.
 *
 * @param firstOnly examples that only the first model gets right
 * @param secondOnly examples that only the second gets right
 * @param pValue two-sided
 */
public record McNemar(int firstOnly, int secondOnly, double pValue) {
  /** The test of so many examples of each kind. */
  public static McNemar of(int firstOnly, int secondOnly) {
    int discordant = Math.addExact(firstOnly, secondOnly);
    if (firstOnly < 0 || secondOnly < 0) {
      throw new IllegalArgumentException("found %d and %d".formatted(firstOnly, secondOnly));
    }
    double tail =
        BinomialDistribution.of(discordant, 0.5)
            .cumulativeProbability(Math.min(firstOnly, secondOnly));
    return new McNemar(firstOnly, secondOnly, Math.min(1, 2 * tail));
  }
}
