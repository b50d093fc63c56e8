package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference's own index file and searches. */
class GoldenTest {
  private static final Path GOLDENS =
      Path.of(System.getProperty("knnlm.root")).resolveSibling("shared").resolve("goldens");
  private static final int D = 576;
  private static final int N = 9215;
  private static final int K = 32;

  @BeforeAll
  static void goldensAreThere() {
    assumeTrue(Files.isDirectory(GOLDENS), "no goldens at " + GOLDENS);
  }

  private static ByteBuffer read(String name) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(GOLDENS.resolve(name)))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static float[] floats(String name) throws IOException {
    ByteBuffer bytes = read(name);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  private static int[] ints(String name) throws IOException {
    ByteBuffer bytes = read(name);
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(values);
    return values;
  }

  private static float[] keys() throws IOException {
    ByteBuffer halves = read("dstore/dstore_llama_9215_576_keys.npy");
    float[] keys = new float[N * D];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = Float.float16ToFloat(halves.getShort(2 * i));
    }
    return keys;
  }

  /** Distances agree rank by rank; ids too, but for a few of equal distance. */
  private static void assertSame(Neighbours found, int[] ids, float[] distances, int mostSwapped) {
    int swapped = 0;
    for (int i = 0; i < ids.length; i++) {
      assertThat(found.distances()[i])
          .as("distance %d of query %d", i % K, i / K)
          .isEqualTo(distances[i], within(2e-4f * Math.max(1, distances[i])));
      if (found.ids()[i] != ids[i]) {
        swapped++;
      }
    }
    assertThat(swapped).as("ids at another rank").isLessThanOrEqualTo(mostSwapped);
  }

  @ParameterizedTest
  @EnumSource(ReadMode.class)
  void theReferencesIndexGivesItsNeighbours(ReadMode mode) throws IOException {
    Path file = GOLDENS.resolve("dstore/index_llama_9215_576_0_9215.indexed");
    try (FaissIndex index = FaissIndex.read(file, mode)) {
      assertThat(index.type()).isEqualTo("IndexIVFPQ");
      assertThat(index.d()).isEqualTo(D);
      assertThat(index.ntotal()).isEqualTo(N);
      assertThat(index.nlist()).isEqualTo(64);
      assertThat(index.storedNprobe()).isEqualTo(32);
      Neighbours found = Neighbours.of(index, floats("search_queries_256x576_f32.bin"), K, 32);
      assertSame(
          found,
          ints("search_ivfpq_ids_256x32_i32.bin"),
          floats("search_ivfpq_d2_256x32_f32.bin"),
          16);
    }
  }

  @Test
  void exactSearchGivesTheReferencesIds() throws IOException {
    try (FaissIndex index = FaissIndex.factory(D, "Flat")) {
      index.add(keys());
      Neighbours found = Neighbours.of(index, floats("search_queries_256x576_f32.bin"), K, 1);
      assertSame(
          found,
          ints("search_exact_ids_256x32_i32.bin"),
          floats("search_exact_d2_256x32_f32.bin"),
          0);
    }
  }
}
