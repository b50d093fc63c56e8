package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.HalfVectors;

/** Which copy of a file is searched; another index plays the copy, so that it needs no GPU. */
class PlaceTest {
  private static final int D = 2;
  private static final int LIMIT = FaissIndex.GPU_LIMIT;

  /** Two files of one key; the first is also on a GPU, where the key lies further away. */
  private static Shards shards(Arena arena, int rerankFactor) {
    var shards = new TreeMap<Integer, Shards.Shard>();
    var first = new Shards.Shard(index(1), Path.of("first"), 0);
    shards.put(0, first.at(new Place.OnGpu(3, index(5))));
    shards.put(1, new Shards.Shard(index(2), Path.of("second"), 1));
    var keys = new HalfVectors(arena.allocate(2 * 2 * D), D);
    return new Shards(
        shards, new StoredKeys(List.of(new StoredKeys.Run(0, keys))), rerankFactor, 2);
  }

  private static FaissIndex index(float x) {
    FaissIndex index = FaissIndex.factory(D, "Flat");
    index.add(new float[] {x, 0});
    return index;
  }

  private static float[] distances(Shards shards, Search search) {
    try (var queue = new SearchQueue(2, 10, Duration.ofMillis(1))) {
      return Arrays.copyOf(queue.search(shards, search, new float[D]).distances(), 2);
    }
  }

  @Test
  void searchesWithinTheLimitsOfGpusAreDoneThere() {
    try (Arena arena = Arena.ofShared();
        Shards shards = shards(arena, 0)) {
      var search = new Search(List.of(0, 1), LIMIT, LIMIT, false, false);
      assertThat(distances(shards, search)).containsExactly(4, 25);
      assertThat(shards.notes(search)).isEmpty();
    }
  }

  @Test
  void largerSearchesAreDoneOnTheCpuAndSaySo() {
    try (Arena arena = Arena.ofShared();
        Shards shards = shards(arena, 0)) {
      for (Search search :
          List.of(
              new Search(List.of(0, 1), LIMIT + 1, 1, false, false),
              new Search(List.of(0, 1), 2, LIMIT + 1, false, false))) {
        assertThat(distances(shards, search)).containsExactly(1, 4);
        assertThat(shards.notes(search))
            .containsExactly(
                "index files [0] were searched on the CPU for %d candidates in %d lists: on GPUs each may be 2048 at most"
                    .formatted(search.k(), search.nprobe()));
      }
      assertThat(shards.notes(new Search(List.of(1), LIMIT + 1, 1, false, false))).isEmpty();
    }
  }

  @Test
  void candidatesForReRankingCount() {
    try (Arena arena = Arena.ofShared();
        Shards shards = shards(arena, 2)) {
      assertThat(shards.notes(new Search(List.of(0), LIMIT / 2, 1, true, false))).isEmpty();
      assertThat(shards.notes(new Search(List.of(0), LIMIT / 2 + 1, 1, true, false)))
          .allMatch(note -> note.contains("2050 candidates"))
          .hasSize(1);
    }
  }

  @Test
  void placesAreTold() {
    try (Arena arena = Arena.ofShared();
        Shards shards = shards(arena, 0)) {
      assertThat(shards.places().get(0)).isInstanceOf(Place.OnGpu.class);
      assertThat(shards.places().get(1)).isEqualTo(new Place.OnCpu(""));
    }
  }
}
