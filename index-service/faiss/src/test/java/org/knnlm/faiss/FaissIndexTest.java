package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaissIndexTest {
  private static final int D = 32;
  private static final int N = 5000;
  private static final float[] KEYS = Vectors.clustered(1, N, D);
  private static final float[] QUERIES = Arrays.copyOf(KEYS, 100 * D);

  private static FaissIndex built(String description) {
    FaissIndex index = FaissIndex.factory(D, description);
    // so little work is slower on two threads that must wait for each other
    index.threads(1);
    index.train(KEYS);
    index.add(KEYS);
    return index;
  }

  private static double recall(Neighbours found, Neighbours exact, int k) {
    int hits = 0;
    for (int from = 0; from < exact.ids().length; from += k) {
      Set<Long> truth = new HashSet<>();
      LongStream.of(exact.ids()).skip(from).limit(k).forEach(truth::add);
      hits += (int) LongStream.of(found.ids()).skip(from).limit(k).filter(truth::contains).count();
    }
    return (double) hits / exact.ids().length;
  }

  @Test
  void ivfpqTrainsAddsAndFinds() {
    try (FaissIndex index = FaissIndex.ivfpq(D, 16, 16, 6);
        FaissIndex flat = built("Flat")) {
      assertThat(index.isTrained()).isFalse();
      index.train(KEYS);
      assertThat(index.isTrained()).isTrue();
      index.add(KEYS);

      assertThat(index.type()).isEqualTo("IndexIVFPQ");
      assertThat(index.d()).isEqualTo(D);
      assertThat(index.ntotal()).isEqualTo(N);
      assertThat(index.nlist()).isEqualTo(16);
      // codes and ids at least
      assertThat(index.bytes()).isBetween(N * (12 + 8L), N * (12 + 8L) + 200_000);

      Neighbours exact = Neighbours.of(flat, QUERIES, 10, 1);
      double all = recall(Neighbours.of(index, QUERIES, 10, 16), exact, 10);
      double one = recall(Neighbours.of(index, QUERIES, 10, 1), exact, 10);
      assertThat(all).isGreaterThan(0.7).isGreaterThanOrEqualTo(one);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Flat, IndexFlat, 0",
    "'IVF16,Flat', IndexIVFFlat, 16",
    "'IVF16,PQ16x4fs', IndexIVFPQFastScan, 16",
    "'IVF16,SQ8', IndexIVFScalarQuantizer, 16",
    "'IVF16,PQ16x4fs,Refine(SQfp16)', IndexRefine, 16",
    "'PCA16,IVF16,Flat', IndexPreTransform, 16",
    "'PCA16,IVF16,PQ8x4np,RFlat', IndexRefineFlat, 16",
    "SQfp16, IndexScalarQuantizer, 0"
  })
  void everyKindFindsAStoredVectorAtItself(String description, String type, long nlist) {
    try (FaissIndex index = built(description)) {
      assertThat(index.type()).isEqualTo(type);
      assertThat(index.nlist()).isEqualTo(nlist);
      Neighbours found = Neighbours.of(index, QUERIES, 10, 16);
      int self = 0;
      for (int i = 0; i < 100; i++) {
        long query = i;
        if (Arrays.stream(found.ids(), i * 10, i * 10 + 10).anyMatch(id -> id == query)) {
          self++;
        }
      }
      assertThat(self).isGreaterThanOrEqualTo(90);
    }
  }

  /** A transform or a refinement around the lists must not keep nprobe from reaching them. */
  @ParameterizedTest
  @ValueSource(
      strings = {"IVF64,Flat", "PCA32,IVF64,Flat", "IVF64,Flat,RFlat", "PCA32,IVF64,Flat,RFlat"})
  void nprobeReachesTheLists(String description) {
    try (FaissIndex index = built(description);
        FaissIndex flat = built("Flat")) {
      Neighbours exact = Neighbours.of(flat, QUERIES, 100, 1);
      assertThat(recall(Neighbours.of(index, QUERIES, 100, 64), exact, 100)).isGreaterThan(0.999);
      assertThat(recall(Neighbours.of(index, QUERIES, 100, 1), exact, 100)).isLessThan(0.95);
    }
  }

  @Test
  void nativeMemoryAndArraysGiveTheSame() {
    try (FaissIndex index = FaissIndex.factory(D, "IVF16,PQ16x4np");
        Arena arena = Arena.ofConfined()) {
      MemorySegment keys = arena.allocateFrom(ValueLayout.JAVA_FLOAT, KEYS);
      index.train(keys);
      index.add(keys);
      MemorySegment distances = arena.allocate(ValueLayout.JAVA_FLOAT, 100 * 10);
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, 100 * 10);
      index.search(keys.asSlice(0, 100L * D * Float.BYTES), 10, 4, distances, ids);

      Neighbours found = Neighbours.of(index, QUERIES, 10, 4);
      assertThat(ids.toArray(ValueLayout.JAVA_LONG)).isEqualTo(found.ids());
      assertThat(distances.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(found.distances());
    }
  }

  @Test
  void fewerThanKNeighboursLeaveIdsOfMinusOne() {
    try (FaissIndex index = FaissIndex.factory(2, "Flat")) {
      float[] query = {0, 0};
      assertThat(Neighbours.of(index, query, 2, 1).ids()).containsExactly(-1, -1);
      index.add(new float[] {3, 4});
      Neighbours found = Neighbours.of(index, query, 2, 1);
      assertThat(found.ids()).containsExactly(0, -1);
      assertThat(found.distances()[0]).isEqualTo(25);
    }
  }

  @Test
  void sameSeedSameIndexOtherSeedAnother(@TempDir Path directory) throws IOException {
    assertThat(trainedWith(directory, 5)).isEqualTo(trainedWith(directory, 5));
    assertThat(trainedWith(directory, 5)).isNotEqualTo(trainedWith(directory, 6));
    assertThat(trainedWith(directory, 1234)).isEqualTo(trainedWith(directory, null));
  }

  private static byte[] trainedWith(Path directory, Integer seed) throws IOException {
    Path file = directory.resolve("seed");
    try (FaissIndex index = FaissIndex.ivfpq(D, 16, 4, 4)) {
      // one thread: sums of several come in any order
      index.threads(1);
      if (seed != null) {
        index.clusteringSeed(seed);
      }
      index.train(KEYS);
      index.write(file);
    }
    return Files.readAllBytes(file);
  }

  @Test
  void aCopyLivesOnItsOwn() {
    FaissIndex shard;
    try (FaissIndex trained = FaissIndex.ivfpq(D, 16, 16, 4)) {
      trained.train(KEYS);
      shard = trained.copy();
    }
    try (shard) {
      shard.add(KEYS);
      assertThat(shard.ntotal()).isEqualTo(N);
      assertThat(Neighbours.of(shard, QUERIES, 1, 16).ids()).doesNotContain(-1L);
    }
  }

  @Test
  void resetKeepsTheTraining() {
    try (FaissIndex index = built("IVF16,PQ16x4np")) {
      index.reset();
      assertThat(index.ntotal()).isZero();
      assertThat(index.isTrained()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void threadsDoNotChangeWhatIsFound(int threads) {
    try (FaissIndex index = built("IVF16,Flat")) {
      Neighbours before = Neighbours.of(index, QUERIES, 10, 4);
      index.threads(threads);
      assertThat(Neighbours.of(index, QUERIES, 10, 4).ids()).isEqualTo(before.ids());
    }
  }

  @ParameterizedTest
  @EnumSource(ReadMode.class)
  void aFileGivesTheSameNeighbours(ReadMode mode, @TempDir Path directory) throws IOException {
    Path file = directory.resolve("schlüssel.indexed");
    try (FaissIndex index = built("IVF16,PQ16x4np")) {
      index.storedNprobe(7);
      index.write(file);
      try (FaissIndex read = FaissIndex.read(file, mode)) {
        // as the writer: another split of the work rounds otherwise
        read.threads(1);
        Neighbours expected = Neighbours.of(index, QUERIES, 10, 4);
        Neighbours found = Neighbours.of(read, QUERIES, 10, 4);
        assertThat(found.ids()).isEqualTo(expected.ids());
        assertThat(found.distances()).isEqualTo(expected.distances());
        assertThat(read.storedNprobe()).isEqualTo(7);
        assertThat(read.bytes()).isGreaterThanOrEqualTo(Files.size(file));
      }
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aMappedIndexIsOnlySearched(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("index");
    try (FaissIndex index = built("IVF16,PQ16x4np")) {
      index.write(file);
    }
    try (FaissIndex mapped = FaissIndex.read(file, ReadMode.MAPPED)) {
      assertThatThrownBy(() -> mapped.write(directory.resolve("again")))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining(file.toString());
      assertThatThrownBy(() -> mapped.add(KEYS)).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(mapped::reset).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(mapped::copy).isInstanceOf(UnsupportedOperationException.class);
      assertThat(mapped.ntotal()).isEqualTo(N);
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aMappedIndexOutlivesTheReplacementOfItsFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("index");
    try (FaissIndex index = built("IVF16,PQ16x4np")) {
      index.write(file);
      try (FaissIndex mapped = FaissIndex.read(file, ReadMode.MAPPED)) {
        Neighbours before = Neighbours.of(mapped, QUERIES, 10, 16);
        index.reset();
        index.write(file);
        assertThat(Neighbours.of(mapped, QUERIES, 10, 16).ids()).isEqualTo(before.ids());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MEMORY, 'IVF16,PQ16x4np'",
    "MAPPED, 'IVF16,PQ16x4np'",
    "MEMORY, 'IVF16,Flat,RFlat'",
    "MAPPED, 'IVF16,Flat,RFlat'"
  })
  void aTornFileIsRefused(ReadMode mode, String description, @TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("index");
    try (FaissIndex index = built(description)) {
      index.write(file);
    }
    byte[] whole = Files.readAllBytes(file);
    IntStream sizes =
        IntStream.concat(
            IntStream.range(0, 200).map(i -> i * (whole.length / 200)),
            IntStream.range(whole.length - 17, whole.length));
    for (int size : sizes.toArray()) {
      Files.write(file, Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> FaissIndex.read(file, mode))
          .as("%d of %d bytes", size, whole.length)
          .isInstanceOf(FaissException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("read error");
    }
    Files.write(file, new byte[1000]);
    assertThatThrownBy(() -> FaissIndex.read(file, mode)).isInstanceOf(FaissException.class);
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> FaissIndex.read(missing, mode))
        .isInstanceOf(FaissException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> FaissIndex.read(directory, mode)).isInstanceOf(FaissException.class);
  }

  @Test
  void aFailedWriteLeavesNothing(@TempDir Path directory) {
    try (FaissIndex index = built("Flat")) {
      Path file = directory.resolve("missing").resolve("index");
      assertThatThrownBy(() -> index.write(file))
          .isInstanceOf(FaissException.class)
          .hasMessageContaining("No such file");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void faissSaysWhatItRefuses() {
    assertThatThrownBy(() -> FaissIndex.factory(D, "IVF16,Bogus"))
        .isInstanceOf(FaissException.class)
        .hasMessageContaining("IVF16,Bogus")
        .hasMessageNotContaining(System.getProperty("user.home"));
    assertThatThrownBy(() -> FaissIndex.factory(D, "IVF16,PQ5")).isInstanceOf(FaissException.class);
    try (FaissIndex index = FaissIndex.ivfpq(D, 16, 16, 8)) {
      assertThatThrownBy(() -> index.train(Arrays.copyOf(KEYS, 15 * D)))
          .isInstanceOf(FaissException.class)
          .hasMessageContaining("15");
    }
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaissIndex.ivfpq(D, 16, 5, 8))
        .withMessageContaining("m is 5");
    assertThatIllegalArgumentException().isThrownBy(() -> FaissIndex.factory(0, "Flat"));
    try (FaissIndex index = built("Flat");
        FaissIndex untrained = FaissIndex.ivfpq(D, 16, 16, 8)) {
      float[] distances = new float[10];
      long[] ids = new long[10];
      float[] query = Arrays.copyOf(QUERIES, D);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(query, 0, 1, distances, ids))
          .withMessageContaining("k is 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(query, 10, 0, distances, ids))
          .withMessageContaining("nprobe is 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(query, 9, 1, distances, ids))
          .withMessageContaining("distances");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(query, 10, 1, distances, new long[11]))
          .withMessageContaining("ids");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(new float[D + 1], 10, 1, distances, ids))
          .withMessageContaining("queries");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.add(MemorySegment.ofArray(KEYS)))
          .withMessageContaining("heap");
      assertThatIllegalArgumentException().isThrownBy(() -> index.threads(0));
      assertThatIllegalStateException()
          .isThrownBy(() -> untrained.search(query, 10, 1, distances, ids))
          .withMessageContaining("not trained");
      assertThatIllegalStateException().isThrownBy(() -> untrained.add(KEYS));
      assertThatThrownBy(() -> index.storedNprobe(3))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void vectorsThatAreNotFiniteAreRefused(float value) {
    float[] vectors = Arrays.copyOf(KEYS, 1000 * D);
    vectors[777 * D + 31] = value;
    try (FaissIndex index = FaissIndex.ivfpq(D, 4, 4, 4)) {
      index.threads(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.train(vectors))
          .withMessageContaining("vector 777 of 1000");
      index.train(KEYS);
      assertThatIllegalArgumentException().isThrownBy(() -> index.add(vectors));
      assertThat(index.ntotal()).isZero();
    }
  }

  @Test
  void aClosedIndexThrows(@TempDir Path directory) {
    FaissIndex index = built("IVF16,PQ16x4np");
    index.close();
    index.close();
    assertThatIllegalStateException().isThrownBy(index::ntotal).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(index::type);
    assertThatIllegalStateException().isThrownBy(index::copy);
    assertThatIllegalStateException().isThrownBy(() -> index.add(KEYS));
    assertThatIllegalStateException().isThrownBy(() -> Neighbours.of(index, QUERIES, 1, 1));
    assertThatIllegalStateException().isThrownBy(() -> index.write(directory.resolve("index")));
    assertThat(directory).isEmptyDirectory();
  }
}
