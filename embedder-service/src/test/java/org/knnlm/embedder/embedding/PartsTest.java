package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusFile;
import org.knnlm.embedder.source.Layout;

/** Whoever writes the parts, and in whatever order, the bytes are the same. */
class PartsTest {
  private static final int PARTS = 12;

  @TempDir Path root;
  private Corpus corpus;
  private final AtomicInteger windows = new AtomicInteger();

  private final LanguageModel model =
      new ArithmeticModel(64) {
        @Override
        public List<ByteBuffer> hiddenStates(int[] tokens, int first, int count, KeyType key) {
          windows.incrementAndGet();
          return super.hiddenStates(tokens, first, count, key);
        }
      };

  @BeforeEach
  void corpus() throws IOException {
    Path file = root.resolve("corpus.txt");
    Files.writeString(
        file,
        IntStream.range(0, (PARTS - 1) * 1000 + 7)
            .mapToObj(i -> "x".repeat(i % 5) + i)
            .collect(Collectors.joining("\n")));
    corpus = new Corpus("corpus", List.of(new CorpusFile(file, new Layout.Lines())));
  }

  private static DatastoreName name(String name) {
    return new DatastoreName(name);
  }

  private void embed(String name, Share share) throws Exception {
    embed(name, share, model, corpus);
  }

  private void embed(String name, Share share, LanguageModel with, Corpus of) throws Exception {
    try (var staging = StagingFolder.open(root, name(name))) {
      var maker = new DatastoreMaker(with, staging, new ProgressMeter(System::nanoTime));
      Plan plan;
      try (var _ = staging.claim()) {
        plan = maker.plan(of, with.info(), KeyType.LAST_FFN_INPUT);
      }
      maker.embed(plan, share, 3);
    }
  }

  private void finish(String name) throws IOException {
    try (var staging = StagingFolder.open(root, name(name));
        var _ = staging.claim()) {
      DatastoreFinisher.finish(staging);
    }
  }

  private void make(String name) throws Exception {
    embed(name, Share.ALL);
    finish(name);
  }

  private void assertSame(String name, String other) throws IOException {
    try (var a = Datastore.open(root.resolve(name));
        var b = Datastore.open(root.resolve(other))) {
      assertThat(a.manifest().orElseThrow().parts()).isEqualTo(b.manifest().orElseThrow().parts());
      assertThat(a.manifest().orElseThrow().documents())
          .isEqualTo(b.manifest().orElseThrow().documents());
      assertThat(Files.mismatch(a.keysFile(), b.keysFile())).isEqualTo(-1);
      assertThat(Files.mismatch(a.valuesFile(), b.valuesFile())).isEqualTo(-1);
    }
    try (var entries = Files.list(root.resolve(name))) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .hasSize(4)
          .contains("datastore.json", "documents.bin");
    }
  }

  @Test
  void eightWorkersInAnyOrder() throws Exception {
    make("one");
    List<Integer> workers = new ArrayList<>(IntStream.range(0, 8).boxed().toList());
    Collections.shuffle(workers, new Random(3));
    for (int worker : workers) {
      embed("eight", new Share(worker, 8));
    }
    finish("eight");
    assertSame("eight", "one");
  }

  @Test
  void missingPartsAreNamed() throws Exception {
    embed("some", new Share(1, 2));
    assertThatThrownBy(() -> finish("some"))
        .isInstanceOf(EmbeddingException.Incomplete.class)
        .hasMessageContaining("6 of 12 parts are missing: [0, 2, 4, 6, 8, 10]");
    assertThatThrownBy(() -> finish("none"))
        .isInstanceOf(EmbeddingException.Incomplete.class)
        .hasMessageContaining("has not been counted");
    assertThat(root.resolve("some")).doesNotExist();
  }

  @Test
  void whatIsWrittenIsNotComputedAgainAndWhatIsDamagedIs() throws Exception {
    make("one");
    windows.set(0);
    embed("again", new Share(0, 2));
    int half = windows.getAndSet(0);
    embed("again", Share.ALL);
    int rest = windows.getAndSet(0);
    embed("again", Share.ALL);
    assertThat(windows).as("nothing is left").hasValue(0);

    Path partial = root.resolve(".again.partial");
    Path keys;
    try (var files = Files.list(partial)) {
      keys = files.filter(file -> file.toString().endsWith("keys.npy")).findAny().orElseThrow();
    }
    try (var file = new RandomAccessFile(keys.toFile(), "rw")) {
      file.seek(file.length() / 2);
      int was = file.read();
      file.seek(file.length() / 2);
      file.write(was ^ 1);
    }
    assertThatThrownBy(() -> finish("again"))
        .isInstanceOf(EmbeddingException.Damaged.class)
        .hasMessageContaining("are not those that were written");
    embed("again", Share.ALL);
    assertThat(windows.get()).as("one part of twelve").isPositive().isLessThan((half + rest) / 6);
    finish("again");
    assertSame("again", "one");
  }

  @Test
  void aChangedFileOfTokensIsRefused() throws Exception {
    embed("torn", new Share(0, 100));
    Path tokens = root.resolve(".torn.partial/work/tokens");
    byte[] bytes = Files.readAllBytes(tokens);
    bytes[bytes.length - 5] ^= 1;
    Files.write(tokens, bytes);
    assertThatThrownBy(() -> embed("torn", Share.ALL))
        .rootCause()
        .isInstanceOf(EmbeddingException.Damaged.class)
        .hasMessageContaining("part 11 (documents 11000 to 11006): found CRC-32C");
  }

  @Test
  void anotherSaveUnderTheNameIsRefused() throws Exception {
    embed("begun", new Share(0, 2));
    var wider =
        new ArithmeticModel(64) {
          @Override
          public ModelInfo info() {
            ModelInfo info = super.info();
            return new ModelInfo(
                info.id(),
                info.type(),
                info.sha256(),
                info.tokenizerSha256(),
                info.hiddenSize(),
                info.vocabularySize(),
                info.maxSequenceLength(),
                "bf16",
                info.device());
          }
        };
    assertThatThrownBy(() -> embed("begun", Share.ALL, wider, corpus))
        .isInstanceOf(EmbeddingException.OtherPlan.class)
        .hasMessageContaining(".begun.partial was begun with")
        .hasMessageContaining("precision=bf16");
    Path file = corpus.files().getFirst().path();
    Files.writeString(file, Files.readString(file) + "\nmore");
    assertThatThrownBy(() -> embed("begun", Share.ALL))
        .isInstanceOf(EmbeddingException.OtherPlan.class)
        .hasMessageContaining("corpus");
    try (var staging = StagingFolder.open(root, name("begun"))) {
      new DatastoreMaker(model, staging, new ProgressMeter(System::nanoTime))
          .make(corpus, model.info(), KeyType.LAST_FFN_INPUT, 2);
    }
    make("fresh");
    assertSame("begun", "fresh");
  }

  @Test
  void aPublishedNameIsTaken() throws Exception {
    make("one");
    assertThatThrownBy(() -> make("one")).isInstanceOf(DatastoreException.Taken.class);
  }

  @Test
  void aSampleIsComputedAgain() throws Exception {
    make("one");
    try (var datastore = Datastore.open(root.resolve("one"))) {
      DatastoreVerifier.Sample same = new DatastoreVerifier(model).verify(datastore, 200, 1);
      assertThat(same.windows()).isGreaterThan(100);
      assertThat(same.equal()).isEqualTo(same.keys()).isPositive();
      assertThat(same.largestDifference()).isZero();
      var other =
          new ArithmeticModel(64) {
            @Override
            float[] row(int token, int position) {
              return new float[] {token, position + 1, position == 40 ? 2 : 1};
            }
          };
      DatastoreVerifier.Sample different = new DatastoreVerifier(other).verify(datastore, 200, 1);
      assertThat(different.equal()).isLessThan(different.keys());
      assertThat(different.largestDifference()).isPositive();
    }
  }

  @Test
  void anEstimateKnowsTheBytes() throws Exception {
    try (var staging = StagingFolder.open(root, name("one"))) {
      var maker = new DatastoreMaker(model, staging, new ProgressMeter(System::nanoTime));
      Plan plan = maker.plan(corpus, model.info(), KeyType.LAST_FFN_INPUT);
      Estimate estimate = Estimate.measure(model, plan, staging);
      assertThat(estimate.keysPerSecond()).isPositive();
      assertThat(estimate.seconds()).isPositive();
      maker.embed(plan, Share.ALL, 2);
      DatastoreFinisher.finish(staging);
      try (var datastore = Datastore.open(root.resolve("one"))) {
        assertThat(estimate.keysBytes()).isEqualTo(Files.size(datastore.keysFile()));
        assertThat(estimate.valuesBytes()).isEqualTo(Files.size(datastore.valuesFile()));
      }
    }
  }
}
