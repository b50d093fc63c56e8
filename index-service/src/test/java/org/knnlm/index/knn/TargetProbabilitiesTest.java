package org.knnlm.index.knn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TargetProbabilitiesTest {
  /** The formula as the paper writes it, in 50 decimal digits. */
  private static double naive(
      float[] distances, int[] tokens, int k, double temperature, int target) {
    BigDecimal all = BigDecimal.ZERO;
    BigDecimal hits = BigDecimal.ZERO;
    double min = Double.POSITIVE_INFINITY;
    for (int j = 0; j < k; j++) {
      min = Math.min(min, distances[j]);
    }
    for (int j = 0; j < k; j++) {
      BigDecimal weight = new BigDecimal(Math.exp((min - distances[j]) / temperature));
      all = all.add(weight);
      hits = tokens[j] == target ? hits.add(weight) : hits;
    }
    return hits.divide(all, new MathContext(50)).doubleValue();
  }

  @Property
  void agreesWithTheFormulaForEveryPairOfAGrid(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int k,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double temperature,
      @ForAll boolean sorted) {
    Random random = new Random(seed);
    float[] distances = new float[k];
    int[] tokens = new int[k];
    long[] ids = new long[k];
    for (int j = 0; j < k; j++) {
      distances[j] = random.nextInt(5) == 0 ? 7 : (float) (Math.abs(random.nextGaussian()) * 100);
      tokens[j] = random.nextInt(3);
      ids[j] = j;
    }
    if (sorted) {
      Arrays.sort(distances);
    }
    int smaller = 1 + random.nextInt(k);
    var grid =
        List.of(
            new Softmax(k, temperature),
            new Softmax(smaller, temperature),
            new Softmax(smaller, 3 * temperature));

    float[] p =
        new TargetProbabilities(grid).of(new Neighbors(k, ids, distances, tokens), new int[] {1});

    for (int i = 0; i < grid.size(); i++) {
      double expected = naive(distances, tokens, grid.get(i).k(), grid.get(i).temperature(), 1);
      assertThat((double) p[i]).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void everyTokenTogetherHasProbabilityOne() {
    var neighbors =
        new Neighbors(3, new long[] {4, 5, 6}, new float[] {1, 1, 9}, new int[] {10, 11, 10});
    var p = new TargetProbabilities(List.of(new Softmax(3, 2)));
    assertThat(p.of(neighbors, new int[] {10})[0] + p.of(neighbors, new int[] {11})[0])
        .isEqualTo(1);
  }

  @Test
  void distancesTooLargeForExpStillGiveAProbability() {
    var neighbors =
        new Neighbors(2, new long[] {0, 1}, new float[] {3e38f, 3e38f}, new int[] {1, 2});
    assertThat(new TargetProbabilities(List.of(new Softmax(2, 1e-3))).of(neighbors, new int[] {2}))
        .containsExactly(0.5f);
  }

  @Test
  void missingNeighboursCarryNoWeight() {
    var neighbors =
        new Neighbors(
            2,
            new long[] {0, -1, -1, -1},
            new float[] {
              4, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY
            },
            new int[] {1, -1, -1, -1});
    assertThat(new TargetProbabilities(List.of(new Softmax(2, 1))).of(neighbors, new int[] {1, 1}))
        .containsExactly(1, 0);
  }

  @Test
  void refusesTemperaturesThatAreNoTemperatures() {
    for (double t : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Softmax(1, t)).hasMessageContaining("temperature");
    }
    assertThatThrownBy(() -> new Softmax(0, 1)).hasMessageContaining("k is 0");
  }
}
