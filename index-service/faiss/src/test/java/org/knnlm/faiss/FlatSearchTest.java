package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** An exact index against a sort of all distances. */
class FlatSearchTest {
  /** Small whole coordinates: distances are exact, and many are equal. */
  private static float[] grid(long seed, int n, int d) {
    float[] vectors = new float[n * d];
    var random = new java.util.Random(seed);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextInt(-3, 4);
    }
    return vectors;
  }

  @Property(tries = 200)
  void flatSearchIsASortOfAllDistances(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int d,
      @ForAll @IntRange(min = 0, max = 60) int n,
      @ForAll @IntRange(min = 1, max = 40) int queryCount,
      @ForAll @IntRange(min = 1, max = 70) int k) {
    float[] keys = grid(seed, n, d);
    float[] queries = grid(seed + 1, queryCount, d);
    try (FaissIndex index = FaissIndex.factory(d, "Flat")) {
      index.add(keys);
      Neighbours found = Neighbours.of(index, queries, k, 1);
      for (int q = 0; q < queryCount; q++) {
        int query = q;
        double[] naive =
            IntStream.range(0, n)
                .mapToDouble(i -> Vectors.squaredDistance(d, queries, query, keys, i))
                .sorted()
                .toArray();
        int expected = Math.min(n, k);
        long[] ids = Arrays.copyOfRange(found.ids(), q * k, (q + 1) * k);
        for (int r = 0; r < expected; r++) {
          assertThat((double) found.distances()[q * k + r]).isEqualTo(naive[r], within(1e-4));
          // the id is the one of a key at that distance
          assertThat(Vectors.squaredDistance(d, queries, q, keys, (int) ids[r]))
              .isEqualTo(naive[r], within(1e-9));
        }
        assertThat(Arrays.stream(ids, 0, expected).distinct().count()).isEqualTo(expected);
        assertThat(Arrays.stream(ids, expected, k)).allMatch(id -> id == -1);
      }
    }
  }

  /** Untied distances, so the order of ids is determined; large enough to go through BLAS. */
  @Property(tries = 30)
  void flatSearchGivesTheNearestInOrder(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 48) int d,
      @ForAll @IntRange(min = 20, max = 400) int queryCount,
      @ForAll @IntRange(min = 1, max = 4) int threads) {
    int n = 300;
    int k = 5;
    float[] keys = Vectors.clustered(seed, n, d);
    float[] queries = Vectors.clustered(seed + 1, queryCount, d);
    try (FaissIndex index = FaissIndex.factory(d, "Flat")) {
      index.threads(threads);
      index.add(keys);
      Neighbours found = Neighbours.of(index, queries, k, 1);
      for (int q = 0; q < queryCount; q++) {
        int query = q;
        int[] naive =
            IntStream.range(0, n)
                .boxed()
                .sorted(
                    Comparator.comparingDouble(
                        i -> Vectors.squaredDistance(d, queries, query, keys, i)))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
        for (int r = 0; r < k; r++) {
          double expected = Vectors.squaredDistance(d, queries, q, keys, naive[r]);
          double actual =
              Vectors.squaredDistance(d, queries, q, keys, (int) found.ids()[q * k + r]);
          // faiss subtracts norms and products in float32: it may swap what differs by less
          assertThat(actual).isEqualTo(expected, within(1e-3));
        }
      }
    }
  }
}
