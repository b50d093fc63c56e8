package org.knnlm.index.knn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OracleTest {
  private static final int VOCABULARY = 5;

  private record Neighbor(double distance, int token) {}

  /** A list, its insertions, its cut to k, and a dense softmax. */
  private static double[] naive(
      List<Neighbor> reached, Softmax softmax, List<Integer> right, boolean asked) {
    List<Neighbor> list =
        new ArrayList<>(reached.subList(0, Math.min(softmax.k(), reached.size())));
    if (asked && softmax.oracle().isPresent() && !right.isEmpty()) {
      double distance =
          switch (softmax.oracle().get()) {
            case Oracle.Rank(int rank) ->
                list.isEmpty() ? 0 : list.get(Math.min(rank, list.size()) - 1).distance();
            case Oracle.Distance(float set) -> set;
          };
      while (list.size() > softmax.k() - right.size()) {
        list.removeLast();
      }
      right.forEach(token -> list.add(new Neighbor(distance, token)));
    }
    double least = list.stream().mapToDouble(Neighbor::distance).min().orElse(0);
    double[] dense = new double[VOCABULARY];
    double all = 0;
    for (Neighbor neighbor : list) {
      double weight = Math.exp((least - neighbor.distance()) / softmax.temperature());
      dense[neighbor.token()] += weight;
      all += weight;
    }
    for (int v = 0; v < VOCABULARY && all > 0; v++) {
      dense[v] /= all;
    }
    return dense;
  }

  /** Grids with and without oracles, queries that ask and do not, rows that are not full. */
  @Property
  void agreesWithADenseTwin(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int k,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double temperature) {
    Random random = new Random(seed);
    int smaller = 1 + random.nextInt(k);
    List<Softmax> grid =
        List.of(
            new Softmax(k, temperature),
            new Softmax(k, temperature, Optional.of(new Oracle.Rank(1 + random.nextInt(k)))),
            new Softmax(smaller, temperature, Optional.of(new Oracle.Rank(1))),
            new Softmax(
                smaller,
                temperature / 3,
                Optional.of(new Oracle.Distance(random.nextInt(3) * 40f))));
    int queries = 1 + random.nextInt(4);
    List<List<Neighbor>> rows = new ArrayList<>();
    List<List<Integer>> right = new ArrayList<>();
    int[] targets = new int[queries];
    var asked = new BitSet();
    for (int q = 0; q < queries; q++) {
      int reached = random.nextInt(3) == 0 ? random.nextInt(k + 1) : k;
      List<Neighbor> row = new ArrayList<>();
      for (int j = 0; j < reached; j++) {
        row.add(new Neighbor(random.nextInt(6) * 20f, random.nextInt(VOCABULARY)));
      }
      rows.add(row);
      targets[q] = random.nextInt(VOCABULARY);
      asked.set(q, random.nextBoolean());
      right.add(
          random
              .ints(random.nextInt(Math.min(smaller, 3) + 1), 0, VOCABULARY)
              .distinct()
              .boxed()
              .toList());
    }
    Neighbors neighbors = neighbors(rows, k);

    float[] ofTargets = new TargetProbabilities(grid).of(neighbors, targets, asked);
    TokenDistributions.Sparse sparse =
        new TokenDistributions(grid)
            .of(
                neighbors,
                right.stream().map(t -> t.stream().mapToInt(Integer::intValue).toArray()).toList());

    for (int s = 0; s < grid.size(); s++) {
      for (int q = 0; q < queries; q++) {
        double[] one = naive(rows.get(q), grid.get(s), List.of(targets[q]), asked.get(q));
        assertThat((double) ofTargets[s * queries + q]).isCloseTo(one[targets[q]], within(1e-6));
        double[] several = naive(rows.get(q), grid.get(s), right.get(q), true);
        double[] found = new double[VOCABULARY];
        for (int i = sparse.offsets()[q]; i < sparse.offsets()[q + 1]; i++) {
          found[sparse.tokens()[i]] = sparse.probabilities()[s][i];
        }
        assertThat(found).containsExactly(several, within(1e-6));
      }
    }
  }

  private static Neighbors neighbors(List<List<Neighbor>> rows, int k) {
    long[] ids = new long[rows.size() * k];
    float[] distances = new float[ids.length];
    int[] tokens = new int[ids.length];
    for (int q = 0; q < rows.size(); q++) {
      for (int j = 0; j < k; j++) {
        boolean there = j < rows.get(q).size();
        ids[q * k + j] = there ? j : Neighbors.NONE;
        distances[q * k + j] =
            there ? (float) rows.get(q).get(j).distance() : Float.POSITIVE_INFINITY;
        tokens[q * k + j] = there ? rows.get(q).get(j).token() : Neighbors.NONE;
      }
    }
    return new Neighbors(k, ids, distances, tokens);
  }

  /** A better place never makes the right token less likely. */
  @Property
  void aNearerPlaceHelps(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 20) int k, @ForAll boolean present) {
    Random random = new Random(seed);
    List<Neighbor> row = new ArrayList<>();
    for (int j = 0; j < k; j++) {
      row.add(new Neighbor(j * 5 + random.nextInt(5), present ? random.nextInt(VOCABULARY) : 0));
    }
    Neighbors neighbors = neighbors(List.of(row), k);
    var asked = new BitSet();
    asked.set(0);
    List<Softmax> byRank = new ArrayList<>();
    for (int rank = 1; rank <= k; rank++) {
      byRank.add(new Softmax(k, 10, Optional.of(new Oracle.Rank(rank))));
    }
    float[] p = new TargetProbabilities(byRank).of(neighbors, new int[] {1}, asked);
    for (int i = 1; i < k; i++) {
      assertThat(p[i]).isLessThanOrEqualTo(p[i - 1] + 1e-6f);
    }
  }

  @Test
  void placesThatAreNoneAreRefused() {
    assertThatThrownBy(() -> new Oracle.Rank(0)).hasMessageContaining("found 0");
    for (float distance : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Oracle.Distance(distance)).hasMessageContaining("found");
    }
    assertThatThrownBy(() -> new Softmax(2, 1, Optional.of(new Oracle.Rank(3))))
        .hasMessageContaining("rank is 3 of k = 2");
  }
}
