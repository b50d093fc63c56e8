package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HalfVectorsTest {
  private static HalfVectors random(Arena arena, Random random, int count, int d) {
    MemorySegment rows = arena.allocate(2L * count * d);
    for (int i = 0; i < count * d; i++) {
      rows.setAtIndex(
          ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) random.nextGaussian()));
    }
    return new HalfVectors(rows, d);
  }

  private static float[] queries(Random random, int n, int d) {
    float[] queries = new float[n * d];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (float) random.nextGaussian();
    }
    return queries;
  }

  private static double naive(HalfVectors vectors, long row, float[] queries, int query) {
    double sum = 0;
    for (int j = 0; j < vectors.d(); j++) {
      short bits = vectors.rows().getAtIndex(ValueLayout.JAVA_SHORT, row * vectors.d() + j);
      double difference = queries[query * vectors.d() + j] - Float.float16ToFloat(bits);
      sum += difference * difference;
    }
    return sum;
  }

  @Property(tries = 40)
  void distancesAreThoseOfANaiveLoop(
      @ForAll @IntRange(min = 1, max = 70) int d,
      @ForAll @IntRange(min = 1, max = 4) int n,
      @ForAll @IntRange(min = 1, max = 600) int k,
      @ForAll long seed) {
    var random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      HalfVectors vectors = random(arena, random, 50, d);
      float[] queries = queries(random, n, d);
      long[] ids = random.longs((long) n * k, -1, 50).toArray();
      float[] distances = vectors.distances(queries, ids, 2);
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] < 0) {
          assertThat(distances[i]).isInfinite();
        } else {
          double expected = naive(vectors, ids[i], queries, i / k);
          assertThat((double) distances[i]).isCloseTo(expected, within(1e-5 * expected + 1e-9));
        }
      }
    }
  }

  @Property(tries = 40)
  void theNearestAreThoseOfASort(
      @ForAll @IntRange(min = 1, max = 70) int candidates, @ForAll long seed) {
    var random = new Random(seed);
    int d = 8;
    int k = 1 + random.nextInt(candidates);
    try (Arena arena = Arena.ofConfined()) {
      HalfVectors vectors = random(arena, random, 200, d);
      float[] query = queries(random, 1, d);
      long[] ids = random.longs(0, 200).distinct().limit(candidates).toArray();
      ids[random.nextInt(candidates)] = -1;
      float[] distances = new float[k];
      long[] nearest = new long[k];
      vectors.nearest(query, ids, distances, nearest, 2);
      long[] sorted =
          LongStream.concat(
                  LongStream.of(ids)
                      .filter(id -> id >= 0)
                      .boxed()
                      .sorted(Comparator.comparingDouble(id -> naive(vectors, id, query, 0)))
                      .mapToLong(Long::longValue),
                  LongStream.of(-1))
              .limit(k)
              .toArray();
      assertThat(nearest).isEqualTo(sorted);
    }
  }

  @Test
  void aRowThatIsNotThereIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      HalfVectors vectors = random(arena, new Random(1), 5, 4);
      assertThatThrownBy(() -> vectors.distances(new float[4], new long[] {5}, 1))
          .isInstanceOf(FaissException.class)
          .hasMessageContaining("row 5 of 5");
    }
  }

  @Test
  void halfAVectorIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(12);
      assertThatThrownBy(() -> new HalfVectors(bytes, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("12 bytes are not whole float16 vectors of 4 dimensions");
    }
  }
}
