package org.knnlm.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.build.NotEnoughRoomException;
import org.knnlm.index.build.Room;

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

  @Test
  void aBuildThatDoesNotFitLeavesTheFolderAsItWas() throws Exception {
    write();
    try (var catalog = new Catalog(root, 1, new Found(1L << 30, 5000))) {
      assertThatThrownBy(() -> catalog.build(NAME, FLAT))
          .isInstanceOf(NotEnoughRoomException.class)
          .hasMessageContaining("disk")
          .hasMessageContaining("5000 bytes");
    }
    try (var catalog = new Catalog(root, 1, new Found(5000, 1L << 30))) {
      assertThatThrownBy(() -> catalog.build(NAME, FLAT))
          .isInstanceOf(NotEnoughRoomException.class)
          .hasMessageContaining("memory")
          .hasMessageContaining("5000 bytes");
    }
    assertThat(NAME.in(root).toFile().list()).hasSize(2);
  }

  @Test
  void aBuildThatFitsGivesItsRoomBack() throws Exception {
    write();
    try (var catalog = new Catalog(root, 1, new Found(300L << 20, 8 << 20))) {
      for (int seed = 1; seed <= 3; seed++) {
        var settings = new IndexSettings("flat", 0, 0, 0, OptionalInt.empty(), 0, seed);
        BuildJob job = catalog.build(NAME, settings);
        assertThat(job.await(Duration.ofMinutes(1))).isTrue();
        assertThat(catalog.index(NAME)).contains(job.manifest());
      }
      assertThat(catalog.verify(NAME)).isEqualTo(1);
    }
  }
}
