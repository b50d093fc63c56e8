package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusFile;
import org.knnlm.embedder.source.Layout;

/** A save over further documents, which shares what there was before. */
class AppendingTest {
  private static final KeyType KEY = KeyType.LAST_FFN_INPUT;

  @TempDir Path root;
  private final LanguageModel model = new ArithmeticModel(64);

  private Corpus corpus(String name, int from, int documents) throws IOException {
    Path file = root.resolve(name + ".txt");
    Files.writeString(
        file,
        IntStream.range(from, from + documents)
            .mapToObj(i -> "x".repeat(i % 5) + i)
            .collect(Collectors.joining("\n")));
    return new Corpus(name, List.of(new CorpusFile(file, new Layout.Lines())));
  }

  private List<Base> bases(String to) throws IOException {
    return to.isEmpty()
        ? List.of()
        : Appending.to(root, new DatastoreName(to), model.info(), KEY).bases();
  }

  private void embed(String name, String to, Corpus corpus, Share share) throws Exception {
    try (var staging = StagingFolder.open(root, new DatastoreName(name))) {
      var maker =
          new DatastoreMaker(model, staging, new ProgressMeter(System::nanoTime), bases(to));
      Plan plan;
      try (var _ = staging.claim()) {
        plan = maker.plan(corpus, model.info(), KEY);
      }
      maker.embed(plan, share, 2);
    }
  }

  private void finish(String name) throws IOException {
    try (var staging = StagingFolder.open(root, new DatastoreName(name));
        var _ = staging.claim()) {
      DatastoreFinisher.finish(staging);
    }
  }

  private void make(String name, String to, Corpus corpus) throws Exception {
    embed(name, to, corpus, Share.ALL);
    finish(name);
  }

  private Map<String, String> files(String name) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (var files = Files.list(root.resolve(name))) {
      for (Path file : files.toList()) {
        found.put(
            file.getFileName().toString(),
            Files.getLastModifiedTime(file) + " " + Files.getAttribute(file, "unix:ino"));
      }
    }
    return found;
  }

  @Test
  void ownFilesAreThoseOfTheFurtherDocumentsAlone() throws Exception {
    Corpus further = corpus("further", 1500, 2100);
    make("base", "", corpus("first", 0, 1500));
    make("alone", "", further);
    Map<String, String> before = files("base");
    // a worker that is killed leaves its parts, and the next one goes on from them
    embed("grown", "base", further, new Share(1, 2));
    assertThatThrownBy(() -> finish("grown")).isInstanceOf(EmbeddingException.Incomplete.class);
    make("grown", "base", further);

    assertThat(files("base")).isEqualTo(before);
    try (var base = Datastore.open(root.resolve("base"));
        var alone = Datastore.open(root.resolve("alone"));
        var grown = Datastore.open(root.resolve("grown"))) {
      assertThat(Files.mismatch(grown.keysFile(), alone.keysFile())).isEqualTo(-1);
      assertThat(Files.mismatch(grown.valuesFile(), alone.valuesFile())).isEqualTo(-1);
      assertThat(grown.manifest().orElseThrow().parts())
          .isEqualTo(alone.manifest().orElseThrow().parts());
      assertThat(grown.manifest().orElseThrow().documents())
          .isEqualTo(alone.manifest().orElseThrow().documents());
      assertThat(grown.size()).isEqualTo(base.size() + alone.size());
      assertThat(grown.value(base.size() - 1)).isEqualTo(base.value(base.size() - 1));
      assertThat(grown.value(base.size() + 7)).isEqualTo(alone.value(7));

      DatastoreVerifier.Sample sample = new DatastoreVerifier(model).verify(grown, 200, 1);
      assertThat(sample.windows()).isGreaterThan(100);
      assertThat(sample.equal()).isEqualTo(sample.keys()).isPositive();
    }
  }

  @Test
  void whatIsAppendedToMayHaveBeenAppendedItself() throws Exception {
    make("v1", "", corpus("a", 0, 30));
    make("v2", "v1", corpus("b", 30, 20));
    make("v3", "v2", corpus("c", 50, 10));
    make("other", "v1", corpus("d", 60, 10));
    try (var third = Datastore.open(root.resolve("v3"));
        var other = Datastore.open(root.resolve("other"))) {
      assertThat(third.manifest().orElseThrow().bases())
          .extracting(Base::datastore)
          .containsExactly("v1", "v2");
      assertThat(other.segments()).hasSize(2);
      assertThat(new DatastoreVerifier(model).verify(third, 50, 1).largestDifference()).isZero();
    }
  }

  @Test
  void onlyKeysOfTheSameKindAreAppended() throws Exception {
    make("base", "", corpus("a", 0, 30));
    var base = new DatastoreName("base");
    assertThatThrownBy(() -> Appending.to(root, base, model.info(), KeyType.LAST_FFN_OUTPUT))
        .isInstanceOf(EmbeddingException.WrongBase.class)
        .hasMessage(
            "base cannot be appended to: its key is LAST_FFN_INPUT, wanted is LAST_FFN_OUTPUT");
    assertThatThrownBy(() -> Appending.to(root, base, new ArithmeticModel(32).info(), KEY))
        .isInstanceOf(EmbeddingException.WrongBase.class)
        .hasMessageContaining("its blockSize is 64, wanted is 32");
    assertThatThrownBy(() -> bases("nobody"))
        .isInstanceOf(EmbeddingException.WrongBase.class)
        .hasMessage("no datastore is called nobody");
  }

  @Test
  void aSaveBelongsToWhatItWasBegunOn() throws Exception {
    Corpus further = corpus("b", 30, 20);
    make("base", "", corpus("a", 0, 30));
    embed("grown", "base", further, Share.ALL);
    assertThatThrownBy(() -> embed("grown", "", further, Share.ALL))
        .isInstanceOf(EmbeddingException.OtherPlan.class)
        .hasMessageContaining(".grown.partial was begun with bases [Base[datastore=base");

    Files.move(root.resolve("base"), root.resolve("moved"));
    make("base", "", corpus("c", 0, 31));
    assertThatThrownBy(() -> finish("grown"))
        .isInstanceOf(EmbeddingException.WrongBase.class)
        .hasMessageContaining("base is another datastore than when");
    assertThat(root.resolve("grown")).doesNotExist();
  }
}
