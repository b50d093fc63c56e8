package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.HalfVectors;

class SearchQueueTest {
  private static final int D = 8;
  private static final int KEYS = 900;

  /** faiss multiplies matrices for many queries and loops for few. */
  private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

  private final Arena arena = Arena.ofShared();
  private final SearchQueue queue = new SearchQueue(2, KEYS, Duration.ofSeconds(1));
  private final float[] keys = new float[KEYS * D];
  private HalfVectors half;

  @BeforeEach
  void makeKeys() {
    var random = new Random(1);
    MemorySegment rows = arena.allocate(2L * keys.length);
    for (int i = 0; i < keys.length; i++) {
      short bits = Float.floatToFloat16((float) random.nextGaussian());
      rows.setAtIndex(ValueLayout.JAVA_SHORT, i, bits);
      keys[i] = Float.float16ToFloat(bits);
    }
    half = new HalfVectors(rows, D);
  }

  @AfterEach
  void close() {
    queue.close();
    arena.close();
  }

  private Shards shards(String factory, int rerankFactor, int... starts) {
    var shards = new TreeMap<Integer, Shards.Shard>();
    for (int i = 0; i < starts.length; i++) {
      int end = i + 1 < starts.length ? starts[i + 1] : KEYS;
      FaissIndex index = FaissIndex.factory(D, factory);
      index.train(keys);
      index.add(Arrays.copyOfRange(keys, starts[i] * D, end * D));
      shards.put(i, new Shards.Shard(index, Path.of("index"), starts[i]));
    }
    return new Shards(
        shards, new StoredKeys(List.of(new StoredKeys.Run(0, half))), rerankFactor, 2);
  }

  /** In the only file. */
  private static Search search(int k, int nprobe, boolean exact) {
    return new Search(List.of(0), k, nprobe, exact, false);
  }

  private float[] query(int id) {
    return Arrays.copyOfRange(keys, id * D, (id + 1) * D);
  }

  @Test
  void requestsThatShareACallGetTheirOwnAnswers() throws Exception {
    try (Shards shards = shards("IVF16,PQ4x8np", 0, 0);
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Found>> answers = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        float[] query = query(i);
        Search search = search(1 + i % 3 * 5, 4, i % 2 == 0);
        answers.add(callers.submit(() -> queue.search(shards, search, query)));
      }
      for (int i = 0; i < 300; i++) {
        Found together = answers.get(i).get();
        Found alone = queue.search(shards, search(1 + i % 3 * 5, 4, i % 2 == 0), query(i));
        assertThat(together.ids()).isEqualTo(alone.ids());
        assertThat(together.distances()).containsExactly(alone.distances(), ROUNDING);
      }
    }
    assertThat(queue.queries()).isZero();
    assertThat(queue.work().calls()).isLessThan(600);
    assertThat(queue.work())
        .returns(600L, SearchQueue.Work::requests)
        .returns(600L, SearchQueue.Work::queries);
  }

  /** Bit for bit, however many search beside it: faiss multiplies matrices for many queries. */
  @Test
  void aCallOfItsOwnGivesTheSameBitsInAnyCompany() throws Exception {
    try (Shards shards = shards("Flat", 0, 0);
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var own = new Search(List.of(0), 9, 1, false, true);
      float[] some = Arrays.copyOf(keys, 3 * D);
      Found expected = queue.search(shards, own, some);
      List<Future<Found>> answers = new ArrayList<>();
      List<Future<Found>> others = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        float[] other = query(i);
        others.add(callers.submit(() -> queue.search(shards, search(9, 1, false), other)));
        answers.add(callers.submit(() -> queue.search(shards, own, some)));
      }
      for (Future<Found> other : others) {
        assertThat(other.get().ids()).hasSize(9);
      }
      for (Future<Found> answer : answers) {
        assertThat(answer.get().ids()).isEqualTo(expected.ids());
        assertThat(answer.get().distances()).isEqualTo(expected.distances());
      }
    }
  }

  @Test
  void severalFilesAnswerAsOne() {
    try (Shards one = shards("Flat", 0, 0);
        Shards four = shards("Flat", 0, 0, 10, 400, 800)) {
      Search search = search(30, 1, false);
      Found expected = queue.search(one, search, keys);
      Found found = queue.search(four, new Search(four.numbers(), 30, 1, false, false), keys);
      assertThat(found.ids()).isEqualTo(expected.ids());
      assertThat(found.distances()).containsExactly(expected.distances(), ROUNDING);
    }
  }

  @Test
  void aFileWithFewerKeysThanAskedForAddsWhatItHas() {
    try (Shards two = shards("Flat", 0, 0, 895)) {
      Found found = queue.search(two, new Search(two.numbers(), KEYS, 1, false, false), query(3));
      assertThat(found.ids()).doesNotContain(-1L).doesNotHaveDuplicates().startsWith(3L);
    }
  }

  @Test
  void reRankedNeighboursAreInExactOrder() {
    try (Shards coarse = shards("IVF16,PQ4x8np", 4, 0, 300)) {
      Search search = new Search(coarse.numbers(), 10, 16, false, false);
      Found found = queue.search(coarse, search, keys);
      float[] exact = half.distances(keys, found.ids(), 1);
      assertThat(found.distances()).isEqualTo(exact);
      for (int i = 0; i < KEYS; i++) {
        assertThat(Arrays.copyOfRange(found.order(), i * 10, i * 10 + 10)).isSorted();
      }
      // each key finds itself, which the product quantizer alone does not promise
      for (int i = 0; i < KEYS; i++) {
        assertThat(found.ids()[i * 10]).isEqualTo(i);
      }
    }
  }

  @Test
  void moreThanMayWaitIsRefused() {
    try (Shards shards = shards("Flat", 0, 0)) {
      Search search = search(1, 1, false);
      assertThatThrownBy(() -> queue.search(shards, search, Arrays.copyOf(keys, (KEYS + 1) * D)))
          .isInstanceOf(TooManyQueriesException.class)
          .hasMessageContaining("901 queries more cannot wait: of 900");
      assertThat(queue.search(shards, search, query(7)).ids()).containsExactly(7);
      assertThat(queue.refused()).isEqualTo(1);
      assertThat(queue.work())
          .returns(1L, SearchQueue.Work::calls)
          .returns(1L, SearchQueue.Work::requests)
          .returns(1L, SearchQueue.Work::queries);
    }
  }
}
