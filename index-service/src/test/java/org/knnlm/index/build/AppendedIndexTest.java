package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.AppendedDatastore;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.DurableFiles;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/** Indexes of datastores that were appended to others go on from the others' indexes. */
class AppendedIndexTest {
  private static final int BASE = 3000;
  private static final int MORE = 800;
  private static final int D = 16;
  private static final int SHARD = 2000;

  @TempDir Path root;
  private Path base;
  private Path grown;

  @BeforeEach
  void write() throws IOException {
    base = AppendedDatastore.write(root, "base", "", 0, BASE, D);
    grown = AppendedDatastore.write(root, "grown", "base", BASE, MORE, D);
  }

  private static IndexSettings settings(String factory) {
    return factory.equals("study")
        ? new IndexSettings("", 16, 4, 8, OptionalInt.empty(), 0, 1)
        : new IndexSettings(factory, 0, 0, 0, OptionalInt.empty(), 0, 1);
  }

  /** Stops a build in its tracks after a number of steps. */
  private static BuildListener upTo(int steps) {
    return new BuildListener() {
      private int seen;

      @Override
      public void forecast(Forecast forecast) {}

      @Override
      public void progress(BuildProgress progress) {
        if (seen++ == steps) {
          throw new IllegalStateException("interrupted");
        }
      }
    };
  }

  private static IndexPlan plan(Path folder, String factory) throws IOException {
    try (Datastore datastore = Datastore.open(folder)) {
      return IndexPlan.of(settings(factory), datastore, new IndexFolder(folder).manifest());
    }
  }

  private static IndexManifest build(Path folder, IndexPlan plan, BuildListener listener)
      throws IOException {
    try (Datastore datastore = Datastore.open(folder)) {
      return new IndexBuilder(datastore, folder, plan, SHARD, 1, listener).build();
    }
  }

  private static IndexManifest build(Path folder, String factory) throws IOException {
    return build(folder, plan(folder, factory), upTo(Integer.MAX_VALUE));
  }

  private static Map<String, Long> indexFiles(Path folder) throws IOException {
    var checksums = new TreeMap<String, Long>();
    for (String name : AppendedDatastore.files(folder).keySet()) {
      if (name.endsWith(".indexed")) {
        checksums.put(name, DurableFiles.crc32c(folder.resolve(name)));
      }
    }
    return checksums;
  }

  private static Object inode(Path folder, IndexManifest.Shard shard) throws IOException {
    return Files.getAttribute(folder.resolve(shard.file()), "unix:ino");
  }

  @ParameterizedTest
  @ValueSource(strings = {"study", "fast", "flat", "IVF16,SQ8", "IVF8,PQ4np,Refine(SQfp16)"})
  void onlyFurtherKeysAreAdded(String factory) throws IOException {
    // what the base was trained to, before any key was added
    assertThatThrownBy(() -> build(base, plan(base, factory), upTo(1))).hasMessage("interrupted");
    Path trained =
        Files.copy(
            base.resolve(BuildFolder.NAME).resolve(Checkpoint.TRAINED), root.resolve("trained"));
    IndexManifest first = build(base, factory);
    Map<String, String> before = AppendedDatastore.files(base);
    Map<String, Long> checksums = indexFiles(base);

    IndexPlan plan = plan(grown, factory);
    assertThat(plan.sharedKeys()).isEqualTo(BASE);
    assertThat(plan.sampledKeys()).isEqualTo(BASE);
    IndexManifest built = build(grown, plan, upTo(Integer.MAX_VALUE));
    assertThat(built.keys()).isEqualTo(BASE + MORE);
    assertThat(built.sampledKeys()).isEqualTo(BASE);
    assertThat(built.shards())
        .extracting(IndexManifest.Shard::end)
        .containsExactly(2000L, 3000L, 3800L);
    for (int i = 0; i < 2; i++) {
      assertThat(inode(grown, built.shards().get(i))).isEqualTo(inode(base, first.shards().get(i)));
    }
    assertThat(AppendedDatastore.files(base)).isEqualTo(before);
    assertThat(indexFiles(base)).isEqualTo(checksums);
    assertThat(new IndexFolder(grown).verify()).isEqualTo(3);
    assertThat(BuildFolder.exists(grown)).isFalse();

    try (FaissIndex expected = FaissIndex.read(trained, ReadMode.MEMORY)) {
      expected.threads(1);
      expected.add(AppendedDatastore.keys(BASE, MORE, D));
      Path file = root.resolve("expected");
      expected.write(file);
      assertThat(Files.mismatch(file, grown.resolve(built.shards().getLast().file())))
          .isEqualTo(-1);
    }
    // asked again, it is there
    assertThat(plan(grown, factory).isOf(built)).isTrue();
  }

  @Test
  void aBuildThatWasInterruptedGoesOnWithoutTouchingTheBase() throws IOException {
    build(base, "study");
    Map<String, String> before = AppendedDatastore.files(base);
    build(grown, "study");
    Map<String, Long> files = indexFiles(grown);
    for (int steps = 0; steps < 4; steps++) {
      for (String name : files.keySet()) {
        Files.delete(grown.resolve(name));
      }
      Files.delete(grown.resolve("index.json"));
      int last = steps;
      assertThatThrownBy(() -> build(grown, plan(grown, "study"), upTo(last)))
          .hasMessage("interrupted");
      // the files of the base take no room
      assertThat(BuildFolder.bytes(grown))
          .isLessThan(new IndexFolder(base).manifest().orElseThrow().bytes());
      build(grown, "study");
      assertThat(indexFiles(grown)).isEqualTo(files);
      assertThat(AppendedDatastore.files(base)).isEqualTo(before);
    }
  }

  @Test
  void anotherIndexOfTheBaseLeavesThisOneWhole() throws IOException {
    build(base, "study");
    IndexManifest built = build(grown, "study");
    build(base, "fast");
    build(base, "IVF16,SQ8");
    assertThat(new IndexFolder(grown).manifest()).contains(built);
    assertThat(new IndexFolder(grown).verify()).isEqualTo(3);
    assertThat(plan(grown, "study").isOf(built)).isTrue();
    assertThat(plan(grown, "study").sharedKeys()).isZero();
  }

  @Test
  void anIndexOfOtherSettingsIsNotGoneOnFrom() throws IOException {
    assertThat(plan(grown, "study").sharedKeys()).isZero();
    build(base, "study");
    assertThat(plan(grown, "fast").sharedKeys()).isZero();
    IndexPlan plan = plan(grown, "study");
    build(base, "fast");
    assertThatThrownBy(() -> build(grown, plan, upTo(9)))
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining("build again");
    IndexManifest fresh = build(grown, "study");
    assertThat(fresh.sampledKeys()).isEqualTo(BASE + MORE);
    // no file holds keys of two segments: exact distances are read from one
    assertThat(fresh.shards())
        .extracting(IndexManifest.Shard::end)
        .containsExactly(2000L, 3000L, 3800L);
  }

  @Test
  void aDamagedFileOfTheBaseIsNotShared() throws IOException {
    IndexManifest first = build(base, "study");
    Path file = base.resolve(first.shards().get(1).file());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> build(grown, "study"))
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("CRC-32C");
  }

  @Test
  void aChainGoesOnFromTheLastIndexThatThereIs() throws IOException {
    Path third = AppendedDatastore.write(root, "third", "grown", BASE + MORE, 100, D);
    build(base, "study");
    IndexManifest overTheFirst = build(third, "study");
    assertThat(overTheFirst.shards())
        .extracting(IndexManifest.Shard::end)
        .containsExactly(2000L, 3000L, 3800L, 3900L);
    assertThat(overTheFirst.sampledKeys()).isEqualTo(BASE);

    build(grown, "study");
    Files.delete(third.resolve("index.json"));
    assertThat(plan(third, "study").sharedKeys()).isEqualTo(BASE + MORE);
    IndexManifest overTheSecond = build(third, "study");
    assertThat(overTheSecond.shards()).isEqualTo(overTheFirst.shards());
    assertThat(overTheSecond.recalls()).isEqualTo(overTheFirst.recalls());
    assertThat(new IndexFolder(third).verify()).isEqualTo(4);
  }

  @Test
  void theNeedsAreThoseOfTheFurtherKeys() throws IOException {
    build(base, "flat");
    try (Datastore datastore = Datastore.open(grown)) {
      IndexPlan whole = IndexPlan.of(settings("flat"), BASE + MORE, D);
      IndexPlan further = IndexPlan.of(settings("flat"), datastore, Optional.empty());
      assertThat(IndexBuilder.needs(whole, datastore).disk()).isGreaterThan(4L * D * (BASE + MORE));
      assertThat(IndexBuilder.needs(further, datastore).disk())
          .isBetween(4L * D * MORE, 4L * D * BASE + (2 << 20));
      assertThat(IndexBuilder.needs(further, datastore).trainingMemory()).isZero();
    }
    assertThat(build(grown, "flat").recalls())
        .extracting(IndexManifest.Recall::recall)
        .isEqualTo(List.of(1.0, 1.0, 1.0));
  }
}
