package org.knnlm.index.knn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TokenDistributionsTest {
  /** Equal distances, repeated values, missing neighbours: every token has what its target has. */
  @Property
  void agreeWithTargetProbabilities(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int k,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double temperature) {
    Random random = new Random(seed);
    int queries = 1 + random.nextInt(4);
    float[] distances = new float[queries * k];
    int[] tokens = new int[queries * k];
    long[] ids = new long[queries * k];
    for (int q = 0; q < queries; q++) {
      int reached = random.nextInt(k + 1);
      for (int i = q * k; i < (q + 1) * k; i++) {
        boolean found = i - q * k < reached;
        distances[i] = found ? random.nextInt(5) * 3f : Float.POSITIVE_INFINITY;
        tokens[i] = found ? random.nextInt(6) : -1;
        ids[i] = found ? i : -1;
      }
    }
    var neighbors = new Neighbors(k, ids, distances, tokens);
    var grid =
        List.of(new Softmax(k, temperature), new Softmax(1 + random.nextInt(k), temperature / 2));
    TokenDistributions.Sparse sparse = new TokenDistributions(grid).of(neighbors);
    var targets = new TargetProbabilities(grid);
    for (int token = 0; token < 6; token++) {
      int[] asked = new int[queries];
      Arrays.fill(asked, token);
      float[] expected = targets.of(neighbors, asked);
      for (int s = 0; s < grid.size(); s++) {
        for (int q = 0; q < queries; q++) {
          assertThat(probability(sparse, s, q, token))
              .isCloseTo(expected[s * queries + q], within(1e-6f));
        }
      }
    }
    for (int q = 0; q < queries; q++) {
      int[] named =
          Arrays.copyOfRange(sparse.tokens(), sparse.offsets()[q], sparse.offsets()[q + 1]);
      assertThat(named).isSorted().doesNotHaveDuplicates();
    }
  }

  private static float probability(TokenDistributions.Sparse sparse, int s, int query, int token) {
    for (int i = sparse.offsets()[query]; i < sparse.offsets()[query + 1]; i++) {
      if (sparse.tokens()[i] == token) {
        return sparse.probabilities()[s][i];
      }
    }
    return 0;
  }

  /** The nearest of all lies beyond the smaller k when exact distances replaced the index's. */
  @Test
  void aNearNeighbourBeyondKDoesNotDrownTheOthers() {
    var neighbors =
        new Neighbors(3, new long[] {1, 2, 3}, new float[] {5e6f, 5e6f, 0}, new int[] {7, 8, 9});
    var sparse =
        new TokenDistributions(List.of(new Softmax(2, 1), new Softmax(3, 1))).of(neighbors);
    assertThat(sparse.probabilities()[0]).containsExactly(0.5f, 0.5f, 0);
    assertThat(sparse.probabilities()[1]).containsExactly(0, 0, 1);
  }
}
