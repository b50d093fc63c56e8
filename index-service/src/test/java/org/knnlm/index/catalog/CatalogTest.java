package org.knnlm.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.build.NotEnoughRoomException;
import org.knnlm.index.build.Room;
import org.knnlm.index.search.Gpus;
import org.knnlm.index.search.SearchQueue;

class CatalogTest {
  private static final IndexSettings FLAT =
      new IndexSettings("flat", 0, 0, 0, OptionalInt.empty(), 0, 1);
  private static final DatastoreName NAME = new DatastoreName("small");

  @TempDir Path root;

  private record Found(long memory, long disk) implements Room {
    @Override
    public long disk(Path folder) {
      return disk;
    }
  }

  private void write() throws IOException {
    Path folder = Files.createDirectories(NAME.in(root));
    Files.write(folder.resolve("dstore_llama_500_8_keys.npy"), new byte[500 * 8 * 2]);
    Files.write(folder.resolve("dstore_llama_500_8_vals.npy"), new byte[500 * 4]);
  }

  private Catalog catalog(Found room) {
    var queue = new SearchQueue(1, 1000, Duration.ofMillis(50));
    return new Catalog(root, Map.of(), shard -> true, 1, room, queue, new Gpus(List.of()));
  }

  @Test
  void anIndexThatAnotherInstanceBuiltIsNoticed() throws Exception {
    write();
    try (var one = catalog(new Found(300L << 20, 8 << 20));
        var other = catalog(new Found(300L << 20, 8 << 20))) {
      assertThat(other.index(NAME)).isEmpty();
      BuildJob job = one.build(NAME, FLAT, false);
      assertThat(job.await(Duration.ofMinutes(1))).isTrue();
      Thread.sleep(ServedDatastore.LOOK_AGAIN);
      assertThat(other.index(NAME)).contains(job.manifest());
    }
  }

  @Test
  void aBuildThatDoesNotFitLeavesTheFolderAsItWas() throws Exception {
    write();
    try (var catalog = catalog(new Found(1L << 30, 5000))) {
      assertThatThrownBy(() -> catalog.build(NAME, FLAT, false))
          .isInstanceOf(NotEnoughRoomException.class)
          .hasMessageContaining("disk")
          .hasMessageContaining("5000 bytes");
    }
    try (var catalog = catalog(new Found(5000, 1L << 30))) {
      assertThatThrownBy(() -> catalog.build(NAME, FLAT, false))
          .isInstanceOf(NotEnoughRoomException.class)
          .hasMessageContaining("memory")
          .hasMessageContaining("5000 bytes");
    }
    assertThat(NAME.in(root).toFile().list()).hasSize(2);
  }

  @Test
  void aBuildThatFitsGivesItsRoomBack() throws Exception {
    write();
    try (var catalog = catalog(new Found(300L << 20, 8 << 20))) {
      for (int seed = 1; seed <= 3; seed++) {
        var settings = new IndexSettings("flat", 0, 0, 0, OptionalInt.empty(), 0, seed);
        BuildJob job = catalog.build(NAME, settings, false);
        assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        assertThat(catalog.index(NAME)).contains(job.manifest());
      }
      assertThat(catalog.verify(NAME)).isEqualTo(1);
    }
  }
}
