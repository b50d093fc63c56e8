package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.BuildFolderHeldException;
import org.knnlm.index.shard.DurableFiles;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

class IndexBuilderTest {
  private static final int KEYS = 3000;
  private static final int D = 16;
  private static final int SHARD = 700;

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    TestDatastore.write(folder, KEYS, D, 1);
  }

  private static IndexSettings settings(String factory) {
    return factory.equals("study")
        ? new IndexSettings("", 16, 4, 8, OptionalInt.empty(), 0, 1)
        : new IndexSettings(factory, 0, 0, 0, OptionalInt.empty(), 0, 1);
  }

  /** Stops a build in its tracks after a number of steps. */
  private static final class Interruption implements BuildListener {
    private final List<BuildProgress> steps = new ArrayList<>();
    private final int last;

    Interruption(int last) {
      this.last = last;
    }

    @Override
    public void forecast(Forecast forecast) {}

    @Override
    public void progress(BuildProgress progress) {
      if (steps.size() == last) {
        throw new IllegalStateException("interrupted");
      }
      steps.add(progress);
    }
  }

  private IndexManifest build(IndexSettings settings, BuildListener listener) throws IOException {
    try (Datastore datastore = Datastore.open(folder)) {
      return new IndexBuilder(
              datastore, folder, IndexPlan.of(settings, KEYS, D), SHARD, 1, listener)
          .build();
    }
  }

  private IndexManifest build(IndexSettings settings) throws IOException {
    return build(settings, new Interruption(Integer.MAX_VALUE));
  }

  private Map<String, Long> files() throws IOException {
    var checksums = new TreeMap<String, Long>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".indexed")).toList()) {
        checksums.put(file.getFileName().toString(), DurableFiles.crc32c(file));
      }
    }
    return checksums;
  }

  @ParameterizedTest
  @ValueSource(strings = {"study", "fast", "flat", "IVF16,SQ8", "IVF8,PQ4np,Refine(SQfp16)"})
  void anInterruptedBuildGoesOnToTheSameFiles(String factory) throws IOException {
    var whole = new Interruption(Integer.MAX_VALUE);
    IndexManifest expected = build(settings(factory), whole);
    assertThat(expected.shards()).hasSize(5);
    assertThat(whole.steps).hasSizeGreaterThan(10);
    Map<String, Long> files = files();
    assertThat(new IndexFolder(folder).verify()).isEqualTo(5);

    for (int last = 0; last < whole.steps.size(); last += 2) {
      deleteIndex();
      var interruption = new Interruption(last);
      assertThatThrownBy(() -> build(settings(factory), interruption)).hasMessage("interrupted");
      assertThat(files()).isEmpty();
      var rest = new Interruption(Integer.MAX_VALUE);
      IndexManifest resumed = build(settings(factory), rest);
      assertThat(files()).isEqualTo(files);
      assertThat(resumed.recalls()).isEqualTo(expected.recalls());
      assertThat(resumed.shards()).isEqualTo(expected.shards());
      // the step at which it stopped is done again, nothing before it
      assertThat(rest.steps)
          .isEqualTo(
              whole.steps.subList(whole.steps.size() - rest.steps.size(), whole.steps.size()));
      assertThat(whole.steps.size() - rest.steps.size()).isBetween(last - 2, last);
    }
  }

  private void deleteIndex() throws IOException {
    for (String file : files().keySet()) {
      Files.delete(folder.resolve(file));
    }
    Files.delete(folder.resolve("index.json"));
  }

  @Test
  void thePublishedIndexStaysWholeUntilTheNextOneIs() throws IOException {
    IndexManifest old = build(settings("study"));
    Map<String, Long> oldFiles = files();
    int steps = 20;
    for (int last = 0; last < steps; last++) {
      var interruption = new Interruption(last);
      try {
        build(settings("fast"), interruption);
        break;
      } catch (IllegalStateException interrupted) {
        assertThat(new IndexFolder(folder).manifest()).contains(old);
        assertThat(files()).isEqualTo(oldFiles);
      }
    }
    IndexManifest next = build(settings("fast"));
    assertThat(new IndexFolder(folder).manifest()).contains(next);
    assertThat(next.type()).isEqualTo("fast");
    assertThat(BuildFolder.exists(folder)).isFalse();
  }

  @Test
  void whatOtherSettingsOrOtherKeysLeftIsNotUsed() throws IOException {
    assertThatThrownBy(() -> build(settings("study"), new Interruption(6)))
        .hasMessage("interrupted");
    var fast = new Interruption(Integer.MAX_VALUE);
    assertThat(build(settings("fast"), fast).type()).isEqualTo("fast");
    assertThat(fast.steps.getFirst().stage()).isEqualTo(BuildProgress.Stage.TRAINING);
    new IndexFolder(folder).verify();
    deleteIndex();

    assertThatThrownBy(() -> build(settings("study"), new Interruption(6)))
        .hasMessage("interrupted");
    TestDatastore.write(folder, KEYS, D, 2);
    var other = new Interruption(Integer.MAX_VALUE);
    build(settings("study"), other);
    assertThat(other.steps.getFirst().stage()).isEqualTo(BuildProgress.Stage.TRAINING);
    Map<String, Long> files = files();
    deleteIndex();
    build(settings("study"));
    assertThat(files()).isEqualTo(files);
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkpoint.json", "trained.faiss", "index_llama_3000_16_0_700.indexed"})
  void aDamagedStepIsDoneAgain(String damaged) throws IOException {
    build(settings("study"));
    Map<String, Long> files = files();
    deleteIndex();
    assertThatThrownBy(() -> build(settings("study"), new Interruption(6)))
        .hasMessage("interrupted");
    Path file = folder.resolve(BuildFolder.NAME).resolve(damaged);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    Files.writeString(file.resolveSibling(".leftover"), "of a write that was cut");
    build(settings("study"));
    assertThat(files()).isEqualTo(files);
    assertThat(BuildFolder.exists(folder)).isFalse();
  }

  @Test
  void aPublicationThatWasInterruptedIsEndedByTheNextReader() throws IOException {
    build(settings("study"));
    IndexManifest next = build(settings("fast"));
    Map<String, Long> files = files();
    for (int moved = 0; moved <= next.shards().size(); moved++) {
      // as a build that was killed after it had moved some of its files
      deleteIndex();
      IndexManifest old = build(settings("study"));
      Path work = Files.createDirectories(folder.resolve(BuildFolder.NAME));
      Path made = TestDatastore.write(folder.resolveSibling("made" + moved), KEYS, D, 1);
      try (Datastore datastore = Datastore.open(made)) {
        new IndexBuilder(
                datastore,
                made,
                IndexPlan.of(settings("fast"), KEYS, D),
                SHARD,
                1,
                new Interruption(Integer.MAX_VALUE))
            .build();
      }
      for (IndexManifest.Shard shard : next.shards()) {
        boolean isMoved = next.shards().indexOf(shard) < moved;
        Files.move(
            made.resolve(shard.file()),
            (isMoved ? folder : work).resolve(shard.file()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(made.resolve("index.json"), work.resolve("index.json"));

      assertThat(new IndexFolder(folder).recover()).isTrue();
      IndexManifest found = new IndexFolder(folder).manifest().orElseThrow();
      assertThat(found.shards()).isEqualTo(next.shards()).isNotEqualTo(old.shards());
      assertThat(files()).isEqualTo(files);
      assertThat(new IndexFolder(folder).verify()).isEqualTo(5);
      assertThat(BuildFolder.exists(folder)).isFalse();
      assertThat(new IndexFolder(folder).recover()).isFalse();
    }
  }

  @Test
  void oneBuilderAtATimeHoldsTheFolder() throws IOException {
    try (var _ = BuildFolder.open(folder)) {
      assertThatThrownBy(() -> build(settings("study")))
          .isInstanceOf(BuildFolderHeldException.class)
          .hasMessageContaining(BuildFolder.NAME);
    }
    assertThat(build(settings("study")).keys()).isEqualTo(KEYS);
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    IndexManifest built = build(settings("study"));
    Path file = folder.resolve(built.shards().get(2).file());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> new IndexFolder(folder).verify())
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining("CRC-32C");
  }

  @Test
  void aManifestOfTheFirstVersionIsRead() throws IOException {
    IndexManifest built = build(settings("study"));
    var shards = new StringBuilder();
    for (IndexManifest.Shard shard : built.shards()) {
      shards.append(
          "%s{\"file\":\"%s\",\"start\":%d,\"end\":%d,\"bytes\":%d}"
              .formatted(
                  shards.isEmpty() ? "" : ",",
                  shard.file(),
                  shard.start(),
                  shard.end(),
                  shard.bytes()));
    }
    Files.writeString(
        folder.resolve("index.json"),
        """
        {"version": 1, "factory": "%s", "nlist": %d, "nprobe": %d, "trainingKeys": 3000, "seed": 1,
         "keys": 3000, "dimension": 16, "buildSeconds": 1.5, "warnings": [], "shards": [%s]}
        """
            .formatted(built.factory(), built.nlist(), built.nprobe(), shards));
    IndexManifest read = new IndexFolder(folder).manifest().orElseThrow();
    assertThat(read.type()).isEmpty();
    assertThat(read.rerankFactor()).isZero();
    assertThat(read.recalls()).isEmpty();
    assertThat(read.shards()).allMatch(shard -> shard.crc32c() == null);
    assertThat(new IndexFolder(folder).verify()).isZero();
    assertThat(IndexPlan.of(settings("study"), KEYS, D).isOf(read)).isTrue();

    Files.writeString(
        folder.resolve("index.json"), "{\"version\": 4, \"warnings\": [], \"shards\": []}");
    assertThatThrownBy(() -> new IndexFolder(folder).manifest())
        .hasMessageContaining("version 4")
        .hasMessageContaining("1 to 3");
  }

  @Test
  void recallIsOneForAnExactIndexAndLessForCodes() throws IOException {
    IndexManifest flat = build(settings("flat"));
    assertThat(flat.recallQueries()).isEqualTo(100);
    assertThat(flat.recalls()).extracting(IndexManifest.Recall::k).containsExactly(10, 100, 1024);
    assertThat(flat.recalls()).allMatch(recall -> recall.recall() == 1);

    IndexSettings coarse = new IndexSettings("", 8, 2, 8, OptionalInt.empty(), 0, 1);
    IndexManifest codes = build(coarse);
    IndexManifest reranked = build(new IndexSettings("", 8, 2, 8, OptionalInt.of(2), 0, 1));
    for (int i = 0; i < 3; i++) {
      assertThat(codes.recalls().get(i).recall()).isBetween(0.1, 0.999);
      assertThat(reranked.recalls().get(i).recall()).isGreaterThan(codes.recalls().get(i).recall());
    }
    assertThat(reranked.rerankFactor()).isEqualTo(2);
  }

  @Test
  void fastFindsTheNeighboursOfKeysWithAFewLargeComponents() throws IOException {
    Path outliers = TestDatastore.write(folder.resolveSibling("outliers"), KEYS, 64, 1);
    Path keys = outliers.resolve("dstore_llama_3000_64_keys.npy");
    ByteBuffer halves = ByteBuffer.wrap(Files.readAllBytes(keys)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < KEYS; i++) {
      int at = (i * 64 + 5) * 2;
      float component = Float.float16ToFloat(halves.getShort(at));
      halves.putShort(at, Float.floatToFloat16(component * 20 + 500));
    }
    Files.write(keys, halves.array());
    try (Datastore datastore = Datastore.open(outliers)) {
      var asItIs = new IndexSettings("IVF64,PQ32x4fs", 0, 0, 0, OptionalInt.of(1), 0, 1);
      double unrotated = recallAt10(datastore, outliers, asItIs);
      assertThat(recallAt10(datastore, outliers, settings("fast"))).isGreaterThan(unrotated + 0.1);
    }
  }

  private static double recallAt10(Datastore datastore, Path folder, IndexSettings settings)
      throws IOException {
    IndexPlan plan = IndexPlan.of(settings, datastore.size(), datastore.dimension());
    var listener = new Interruption(Integer.MAX_VALUE);
    return new IndexBuilder(datastore, folder, plan, SHARD, 1, listener)
        .build()
        .recalls()
        .getFirst()
        .recall();
  }

  @Test
  void aFactoryThatCannotBeTrainedOnTheseKeysIsTheCallersError() {
    assertThatThrownBy(() -> build(settings("IVF16,PQ4x12np")))
        .isInstanceOfSatisfying(
            IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo("factory"))
        .hasMessageContaining("4096");
    assertThat(BuildFolder.exists(folder)).isFalse();
  }

  @Test
  void aSingleKeyHasAnIndexWithoutRecall() throws IOException {
    Path single = TestDatastore.write(folder.resolveSibling("single"), 1, D, 1);
    try (Datastore datastore = Datastore.open(single)) {
      IndexManifest built =
          new IndexBuilder(
                  datastore,
                  single,
                  IndexPlan.of(settings("fast"), 1, D),
                  new Interruption(Integer.MAX_VALUE))
              .build();
      assertThat(built.recalls()).isEmpty();
      assertThat(built.factory()).isEqualTo("Flat");
    }
  }
}
