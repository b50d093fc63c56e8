package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinomialDrawTest {
  private static final int DRAWS = 200_000;

  @ParameterizedTest
  @CsvSource({
    "1, 0.3",
    "12, 0.5",
    "500, 0.001",
    "99, 0.1",
    "101, 0.1",
    "40, 0.5",
    "277, 0.52",
    "277, 0.97",
    "14042, 0.26",
    "1000000, 0.00002",
    "1000000, 0.3"
  })
  void drawsAreDistributedAsTheyShould(int trials, double probability) {
    var distribution = BinomialDistribution.of(trials, probability);
    // Some 20 bins of about the same probability
    int[] ends = new int[20];
    for (int i = 0; i < ends.length; i++) {
      ends[i] =
          i + 1 == ends.length
              ? trials
              : distribution.inverseCumulativeProbability((i + 1.0) / ends.length);
    }
    int[] bins = Arrays.stream(ends).distinct().toArray();
    long[] seen = new long[bins.length];
    var random = new SplitMix64(3);
    for (int i = 0; i < DRAWS; i++) {
      int drawn = BinomialDraw.draw(random, trials, probability);
      int bin = Arrays.binarySearch(bins, drawn);
      seen[bin >= 0 ? bin : -bin - 1]++;
    }
    double statistic = 0;
    int cells = 0;
    double below = 0;
    for (int i = 0; i < bins.length; i++) {
      double upTo = distribution.cumulativeProbability(bins[i]);
      double expected = DRAWS * (upTo - below);
      below = upTo;
      if (expected > 1) {
        statistic += (seen[i] - expected) * (seen[i] - expected) / expected;
        cells++;
      }
    }
    assertThat(cells).isGreaterThan(1);
    assertThat(ChiSquaredDistribution.of(cells - 1).survivalProbability(statistic))
        .as("chi-square %s of %d cells", statistic, cells)
        .isGreaterThan(1e-3);
  }

  @Property
  void aDrawIsANumberOfTrials(
      @ForAll long seed,
      @ForAll @IntRange(max = 2_000_000) int trials,
      @ForAll @DoubleRange(min = 0, max = 1) double probability) {
    assertThat(BinomialDraw.draw(new SplitMix64(seed), trials, probability)).isBetween(0, trials);
  }
}
