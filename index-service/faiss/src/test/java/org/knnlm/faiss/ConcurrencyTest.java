package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ConcurrencyTest {
  private static final int D = 32;
  private static final float[] KEYS = Vectors.clustered(3, 4000, D);
  private static final float[] QUERIES = Arrays.copyOf(KEYS, 50 * D);
  private static final int SEARCHERS = 4;

  private static FaissIndex built() {
    FaissIndex index = FaissIndex.factory(D, "IVF16,PQ16x4np");
    index.threads(1);
    index.train(KEYS);
    index.add(KEYS);
    index.threads(2);
    return index;
  }

  /** Each search is either whole and right, or refused because the index is closed. */
  @RepeatedTest(3)
  void closeWaitsForSearchesAndStopsLaterOnes() throws Exception {
    FaissIndex index = built();
    Neighbours expected = Neighbours.of(index, QUERIES, 10, 4);
    CountDownLatch searched = new CountDownLatch(SEARCHERS);
    List<Future<Integer>> counts = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(SEARCHERS)) {
      try (index) {
        for (int i = 0; i < SEARCHERS; i++) {
          counts.add(
              pool.submit(
                  () -> {
                    for (int count = 0; ; count++) {
                      Neighbours found;
                      try {
                        found = Neighbours.of(index, QUERIES, 10, 4);
                      } catch (IllegalStateException e) {
                        return count;
                      }
                      assertThat(found.ids()).isEqualTo(expected.ids());
                      searched.countDown();
                    }
                  }));
        }
        searched.await();
      }
      int total = 0;
      for (Future<Integer> count : counts) {
        total += count.get();
      }
      assertThat(total).isGreaterThanOrEqualTo(SEARCHERS);
    }
  }

  @Test
  void searchesAndAdditionsDoNotMix() throws Exception {
    try (FaissIndex index = built();
        ExecutorService pool = Executors.newFixedThreadPool(SEARCHERS)) {
      List<Future<?>> searches = new ArrayList<>();
      for (int i = 0; i < SEARCHERS; i++) {
        searches.add(
            pool.submit(
                () -> {
                  while (index.ntotal() < 10 * 4000) {
                    assertThat(Neighbours.of(index, QUERIES, 10, 4).ids()).doesNotContain(-1L);
                  }
                }));
      }
      for (int i = 0; i < 9; i++) {
        index.add(KEYS);
      }
      for (Future<?> search : searches) {
        search.get();
      }
      assertThat(index.ntotal()).isEqualTo(10 * 4000);
    }
  }
}
