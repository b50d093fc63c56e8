package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs a GPU is skipped without one. */
class GpuTest {
  private static final int D = 32;
  private static final int N = 5000;
  private static final int K = 10;
  private static final float[] KEYS = Vectors.clustered(1, N, D);
  private static final float[] QUERIES = Arrays.copyOf(KEYS, 100 * D);

  private static FaissIndex built(String description) {
    FaissIndex index = FaissIndex.factory(D, description);
    index.train(KEYS);
    index.add(KEYS);
    return index;
  }

  private static int gpu() {
    List<Gpu> gpus = Gpu.all();
    assumeThat(gpus).as(Gpu.found()).isNotEmpty();
    return gpus.getFirst().number();
  }

  @Test
  void askingForAGpuWithoutOneSaysWhatWasFound() {
    int missing = Gpu.all().size() + 100;
    try (FaissIndex index = built("Flat")) {
      assertThatThrownBy(() -> index.onGpu(missing))
          .isInstanceOf(NoGpuException.class)
          .hasMessage("GPU %d cannot be used: %s", missing, Gpu.found());
    }
    assertThatThrownBy(() -> new Gpu(missing, "none").freeBytes())
        .isInstanceOf(FaissException.class)
        .hasMessageContaining("GPU " + missing);
    assertThat(Gpu.found())
        .matches("faiss is built without CUDA|CUDA finds no GPU: .+|GPU 0 is .+ compute .+");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Flat",
        "IVF16,Flat",
        "IVF16,PQ8np",
        "IVF16,SQ8",
        "OPQ8_32,IVF16,PQ8np",
        "IDMap,Flat",
        "HNSW8",
        "IVF16_HNSW8,Flat",
        "IVF16,PQ8x4fs",
        "IVF16,PQ8+4",
        "IVF16,Flat,RFlat",
        "PQ8np"
      })
  void typesThatFaissHasForGpusAreTold(String description) {
    boolean simple =
        List.of("Flat", "IVF16,Flat", "IVF16,PQ8np", "IVF16,SQ8", "OPQ8_32,IVF16,PQ8np")
            .contains(description);
    try (FaissIndex index = FaissIndex.factory(D, description)) {
      assertThat(index.cpuOnly().isEmpty()).isEqualTo(simple);
      index.cpuOnly().ifPresent(why -> assertThat(why).matches("faiss has no Index.+ for GPUs"));
    }
  }

  @Test
  void aCopyOnAGpuTakesAtLeastCodesAndIds() {
    try (FaissIndex index = built("IVF16,PQ8np")) {
      assertThat(index.bytesOnGpu()).isBetween(N * 16L, N * 16L + 200_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "IVF16,Flat", "IVF16,SQ8", "IVF16,PQ8np", "OPQ8_32,IVF16,PQ8np"})
  void aGpuFindsWhatTheCpuFinds(String description) {
    int gpu = gpu();
    try (FaissIndex index = built(description);
        FaissIndex copy = index.onGpu(gpu)) {
      Neighbours expected = Neighbours.of(index, QUERIES, K, 4);
      Neighbours found = Neighbours.of(copy, QUERIES, K, 4);
      // equal distances and float16 tables put a few in another place
      assertThat(common(found, expected)).isGreaterThan(0.95);
      assertThat(copy.ntotal()).isEqualTo(N);
    }
  }

  private static double common(Neighbours found, Neighbours expected) {
    int hits = 0;
    for (int from = 0; from < expected.ids().length; from += K) {
      Set<Long> wanted = new HashSet<>();
      LongStream.of(expected.ids()).skip(from).limit(K).forEach(wanted::add);
      hits += (int) LongStream.of(found.ids()).skip(from).limit(K).filter(wanted::contains).count();
    }
    return (double) hits / expected.ids().length;
  }

  @Test
  void aCopyOnAGpuIsOnlySearchedUpToItsLimit(@TempDir Path directory) {
    int gpu = gpu();
    try (FaissIndex index = built("IVF16,PQ8np");
        FaissIndex copy = index.onGpu(gpu)) {
      assertThatThrownBy(() -> copy.add(KEYS))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("on GPU " + gpu);
      assertThatThrownBy(() -> copy.write(directory.resolve("index")))
          .isInstanceOf(UnsupportedOperationException.class);
      Neighbours most = Neighbours.of(copy, QUERIES, FaissIndex.GPU_LIMIT, 16);
      assertThat(most.ids()).contains(0L);
      assertThatThrownBy(() -> Neighbours.of(copy, QUERIES, FaissIndex.GPU_LIMIT + 1, 16))
          .isInstanceOf(FaissException.class);
    }
  }

  @Test
  void copiesOnOneGpuAreSearchedFromManyThreads() throws Exception {
    int gpu = gpu();
    try (FaissIndex index = built("IVF16,PQ8np");
        FaissIndex one = index.onGpu(gpu);
        FaissIndex other = index.onGpu(gpu);
        var callers = Executors.newFixedThreadPool(4)) {
      long[] expected = Neighbours.of(one, QUERIES, K, 4).ids();
      List<Future<Neighbours>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        FaissIndex searched = i % 2 == 0 ? one : other;
        answers.add(callers.submit(() -> Neighbours.of(searched, QUERIES, K, 4)));
      }
      for (Future<Neighbours> answer : answers) {
        assertThat(answer.get().ids()).isEqualTo(expected);
      }
    }
  }
}
