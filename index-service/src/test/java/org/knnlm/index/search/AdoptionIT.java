package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.index.PublishedDatastore;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/** A published datastore, two index files and no manifest, is known from its first use on. */
class AdoptionIT {
  private static final int D = 4;
  private static final int KEYS = 100;
  private static final int FIRST = 60;

  @TempDir Path temp;
  private final SearchQueue queue = new SearchQueue(2, 100, Duration.ofMillis(50));
  private Path folder;
  private float[] keys;

  @BeforeEach
  void write() throws IOException {
    folder = temp.resolve("wiki");
    keys = PublishedDatastore.write(folder, D, List.of(0, FIRST, KEYS), "IVF2,Flat", i -> 0);
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private Path file(int from, int to) {
    return folder.resolve(IndexFolder.fileName("llama", KEYS, D, from, to));
  }

  private IndexManifest use(IndexFolder files) throws IOException {
    try (Datastore datastore = Datastore.open(folder);
        var index =
            SearchableDatastore.open(
                datastore, files, shard -> true, 2, queue, new Gpus(List.of()))) {
      Searched found = index.search(index.shards(), keys, 1, OptionalInt.of(2), true, false);
      assertThat(found.neighbors().ids()).startsWith(0, 1, 2).endsWith(KEYS - 2, KEYS - 1);
      return index.manifest();
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 9] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void itsManifestIsWrittenOnceAndHoldsItsFiles() throws IOException {
    IndexManifest adopted = use(new IndexFolder(folder));
    assertThat(new IndexFolder(folder).manifest()).contains(adopted);
    assertThat(new IndexFolder(folder).verify()).isEqualTo(2);
    assertThat(adopted.shards()).extracting(IndexManifest.Shard::start).containsExactly(0L, 60L);

    FileTime before = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(folder.resolve("index.json"), before);
    assertThat(use(new IndexFolder(folder))).isEqualTo(adopted);
    assertThat(new IndexFolder(folder).published()).contains(before);

    flip(file(FIRST, KEYS));
    assertThatThrownBy(() -> use(new IndexFolder(folder)))
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining("60_100.indexed: CRC-32C");
  }

  @Test
  void whereNothingMayBeWrittenTheManifestIsAside() throws IOException {
    Path aside = temp.resolve(".wiki.index.json");
    IndexManifest adopted = use(IndexFolder.readOnly(folder, aside));
    assertThat(aside).isRegularFile();
    assertThat(IndexFolder.readOnly(folder, aside).manifest()).contains(adopted);
    assertThat(use(IndexFolder.readOnly(folder, aside))).isEqualTo(adopted);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(4);
    }
    use(new IndexFolder(folder));
    assertThat(IndexFolder.readOnly(folder, aside).manifestFile())
        .isEqualTo(folder.resolve("index.json"));
  }

  @Test
  void aManifestThatCannotBeWrittenIsNotNeeded() throws IOException {
    Path nowhere = temp.resolve("none").resolve("index.json");
    assertThat(use(IndexFolder.readOnly(folder, nowhere)).shards()).hasSize(2);
    assertThat(nowhere).doesNotExist();
  }

  @Test
  void filesOfSeveralTypesAreNoIndex() throws IOException {
    try (FaissIndex flat = FaissIndex.factory(D, "Flat")) {
      flat.add(Arrays.copyOfRange(keys, FIRST * D, KEYS * D));
      flat.write(file(FIRST, KEYS));
    }
    assertThatThrownBy(() -> use(new IndexFolder(folder)))
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining("is IndexFlatL2, the files before it IndexIVFFlat");
    assertThat(folder.resolve("index.json")).doesNotExist();
  }
}
