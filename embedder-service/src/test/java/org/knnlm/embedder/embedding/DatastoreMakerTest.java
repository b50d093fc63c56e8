package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.corpus.CorpusException;
import org.knnlm.datastore.Context;
import org.knnlm.datastore.ContextReader;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusFile;
import org.knnlm.embedder.source.Layout;

class DatastoreMakerTest {
  private static final DatastoreName NAME = new DatastoreName("made");

  @TempDir Path root;
  private final ProgressMeter progress = new ProgressMeter(System::nanoTime);

  @ParameterizedTest
  @CsvSource({"8, 1", "8, 3", "8, 40", "9, 999", "8, 1000", "16, 1001", "8, 2345", "1024, 1500"})
  void everyTokenFollowsItsKey(int maxSequenceLength, int documents) throws Exception {
    List<String> texts =
        IntStream.range(0, documents).mapToObj(i -> "document " + "x".repeat(i % 7) + i).toList();
    make(new ArithmeticModel(maxSequenceLength), String.join("\n", texts));
    int block = Math.min(maxSequenceLength, 1024);
    int stride = block / 2;
    try (var datastore = Datastore.open(NAME.in(root))) {
      datastore.verify();
      long id = 0;
      for (int first = 0; first < documents; first += 1000) {
        int[] tokens =
            texts.subList(first, Math.min(first + 1000, documents)).stream()
                .flatMapToInt(text -> Arrays.stream(ArithmeticModel.tokens(text)))
                .toArray();
        int total = tokens.length < block ? tokens.length : tokens.length / block * block;
        for (int target = 1; target < total; target++) {
          float[] key = new float[3];
          datastore.key(id, key, 0);
          int start = Math.max(target / stride * stride + stride - block, 0);
          assertThat(key).containsExactly(tokens[target - 1], target - start, 1);
          assertThat(datastore.value(id)).isEqualTo(tokens[target]);
          id++;
        }
      }
      assertThat(datastore.size()).isEqualTo(id);
      assertThat(datastore.manifest().orElseThrow().parts()).hasSize((documents + 999) / 1000);
    }
  }

  /** Documents without tokens, of one token, and longer than a block, in several batches. */
  @ParameterizedTest
  @CsvSource({"8, 1, 1", "8, 40, 2", "9, 1000, 3", "4, 1001, 4", "8, 2345, 5", "1024, 1500, 6"})
  void everyKeyKnowsItsDocument(int maxSequenceLength, int documents, int seed) throws Exception {
    var random = new Random(seed);
    var model =
        new ArithmeticModel(maxSequenceLength) {
          @Override
          public List<int[]> tokenize(List<String> texts) {
            return texts.stream()
                .map(text -> Arrays.copyOf(bytes(text), text.length() - 1))
                .toList();
          }
        };
    List<String> texts =
        IntStream.range(0, documents)
            .mapToObj(i -> "x" + letters(random, documents == 1 ? 30 : random.nextInt(12)))
            .toList();
    make(model, "\n" + String.join("\n\n", texts) + "\n");
    int block = Math.min(maxSequenceLength, 1024);
    try (var datastore = Datastore.open(NAME.in(root))) {
      var contexts = new ContextReader(datastore);
      long id = 0;
      for (int first = 0; first < documents; first += 1000) {
        List<String> batch = texts.subList(first, Math.min(first + 1000, documents));
        int total = batch.stream().mapToInt(text -> text.length() - 1).sum();
        int kept = total < block ? total : total / block * block;
        int begin = 0;
        for (int d = 0; d < batch.size(); d++) {
          int[] tokens = model.tokenize(List.of(batch.get(d))).getFirst();
          int length = Math.min(tokens.length, kept - begin);
          for (int p = begin == 0 ? 1 : 0; p < length; p++, id++) {
            int before = random.nextInt(8);
            int after = random.nextInt(8);
            int from = Math.max(0, p - before);
            Context context = contexts.read(id, before, after);
            assertThat(context.tokens())
                .isEqualTo(Arrays.copyOfRange(tokens, from, Math.min(length, p + 1 + after)));
            assertThat(context.at()).isEqualTo(p - from);
            assertThat(context.place())
                .contains(new Context.Place(first + d, 2L * (first + d) + 2, p));
          }
          begin += tokens.length;
        }
      }
      assertThat(id).isEqualTo(datastore.size());
    }
  }

  private static int[] bytes(String text) {
    return Arrays.copyOfRange(ArithmeticModel.tokens(text), 1, text.length() + 1);
  }

  private static String letters(Random random, int count) {
    return random
        .ints(count, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void theManifestSaysWhereItComesFrom() throws Exception {
    String corpus = "one\n\ntwo\n";
    make(new ArithmeticModel(4), corpus);
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(corpus.getBytes(StandardCharsets.UTF_8));
    try (var datastore = Datastore.open(NAME.in(root))) {
      var origin = datastore.manifest().orElseThrow().origin();
      assertThat(origin.model().id()).isEqualTo("arithmetic");
      assertThat(origin.corpus().path()).isEqualTo("the corpus");
      assertThat(origin.corpus().sha256()).isEqualTo(HexFormat.of().formatHex(digest));
      assertThat(origin.corpus().documents()).isEqualTo(2);
      assertThat(origin.corpus().tokens()).isEqualTo(8);
      assertThat(origin.blockSize()).isEqualTo(4);
      assertThat(origin.stride()).isEqualTo(2);
      assertThat(datastore.size()).isEqualTo(7);
    }
    Progress last = progress.progress();
    assertThat(last.stage()).isEqualTo(Stage.DONE);
    assertThat(last.documents()).isEqualTo(2);
    assertThat(last.keysDone()).isEqualTo(7).isEqualTo(last.keysTotal());
    assertThat(names()).containsExactly("corpus.txt", "made");
  }

  @Test
  void requestsToTheTokenizerAreShort() throws Exception {
    var texts = new AtomicInteger();
    var model =
        new ArithmeticModel(1024) {
          @Override
          public List<int[]> tokenize(List<String> request) {
            assertThat(request.stream().mapToInt(String::length).sum())
                .isLessThanOrEqualTo(1 << 20);
            texts.addAndGet(request.size());
            return super.tokenize(request);
          }
        };
    make(model, ("x".repeat(700_000) + "\n").repeat(3));
    assertThat(texts).hasValue(3);
  }

  /** Ten times a request: its pieces are cut between words, and only the first has the 0. */
  @Test
  void aHugeDocumentIsTokenizedInPieces() throws Exception {
    var requests = new AtomicInteger();
    var model =
        new ArithmeticModel(1024) {
          @Override
          public List<int[]> tokenizeFurther(List<String> texts) {
            assertThat(texts)
                .singleElement()
                .satisfies(
                    text ->
                        assertThat(text)
                            .startsWith(" word")
                            .hasSizeLessThanOrEqualTo(TokenizerRequests.MAX_CHARS));
            requests.incrementAndGet();
            return super.tokenizeFurther(texts);
          }
        };
    String huge = "some word" + " word".repeat(2_000_000);
    make(model, "before\n" + huge + "\nafter\n");
    assertThat(requests).hasValueGreaterThanOrEqualTo(9);
    int[] expected =
        IntStream.concat(
                Arrays.stream(ArithmeticModel.tokens("before")),
                IntStream.concat(
                    Arrays.stream(ArithmeticModel.tokens(huge)),
                    Arrays.stream(ArithmeticModel.tokens("after"))))
            .toArray();
    try (var datastore = Datastore.open(NAME.in(root))) {
      for (int i = 0; i < datastore.size(); i++) {
        assertThat(datastore.value(i)).isEqualTo(expected[i + 1]);
      }
      assertThat(datastore.manifest().orElseThrow().origin().corpus().documents()).isEqualTo(3);
    }
  }

  @Test
  void theModelHasAlwaysTwoRequests() throws Exception {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    var model =
        new ArithmeticModel(8) {
          @Override
          public List<ByteBuffer> hiddenStates(int[] tokens, int first, int count, KeyType key) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            sleep();
            running.decrementAndGet();
            return super.hiddenStates(tokens, first, count, key);
          }
        };
    make(model, "some text that is longer than eight tokens");
    assertThat(most).hasValue(2);
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aCorpusWithoutKeysIsRefused() throws IOException {
    var model =
        new ArithmeticModel(8) {
          @Override
          public List<int[]> tokenize(List<String> texts) {
            return texts.stream().map(text -> new int[] {1}).toList();
          }
        };
    assertFails(model, "one\n", EmbeddingException.EmptyCorpus.class, "1 documents with 1 tokens");
  }

  @Test
  void aTornCorpusIsRefused() throws IOException {
    Path corpus = Files.writeString(root.resolve("corpus.jsonl"), "{\"text\": \"a\"}\n{\"text\":");
    assertThatThrownBy(() -> make(new ArithmeticModel(8), corpus, new Layout.Jsonl("text")))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("line 2");
    assertThat(names()).containsExactly("corpus.jsonl");
  }

  @Test
  void aStuckModelIsRefused() throws IOException {
    var model =
        new ArithmeticModel(64) {
          @Override
          float[] row(int token, int position) {
            return position < 20 ? super.row(token, position) : new float[] {1, 2, 3};
          }
        };
    assertBegun(
        model,
        "abcdefgh".repeat(20),
        EmbeddingException.BadOutput.class,
        "window of tokens 0 to 63: keys 0 to 15 are the same");
  }

  /** With relative positions alone, a model that reads one token all the time says one thing. */
  @Test
  void oneTokenAllTheTimeMayHaveOneKey() throws Exception {
    var model =
        new ArithmeticModel(64) {
          @Override
          float[] row(int token, int position) {
            return new float[] {token, 0, 1};
          }
        };
    make(model, "a".repeat(200));
    assertThat(names()).containsExactly("corpus.txt", "made");
  }

  @Test
  void aTokenOutsideTheVocabularyIsRefused() throws IOException {
    var model =
        new ArithmeticModel(8) {
          @Override
          public List<int[]> tokenize(List<String> texts) {
            return texts.stream()
                .map(text -> text.equals("two") ? new int[] {1, 256} : new int[] {1, 2})
                .toList();
          }
        };
    assertFails(
        model,
        "one\ntwo\n",
        EmbeddingException.BadOutput.class,
        "token id 256 for the document in line 2, allowed are 0 to 255");
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, holds NaN at 1",
    "Infinity, holds Infinity at 1",
    "-70000, holds -Infinity at 1"
  })
  void aKeyThatIsNotFiniteIsRefused(float element, String problem) throws IOException {
    assertBegun(
        rowAtFour(0, element, 0),
        "0123456789",
        EmbeddingException.BadOutput.class,
        "arithmetic, part 0 (documents 0 to 0), window of tokens 0 to 7: key 1 " + problem);
  }

  @Test
  void aKeyOfZerosIsRefused() throws IOException {
    assertBegun(
        rowAtFour(0, -0f, 0),
        "0123456789",
        EmbeddingException.BadOutput.class,
        "window of tokens 0 to 7: key 1 is all zeros");
  }

  /** Position 4 is the second key of the second window. */
  private static ArithmeticModel rowAtFour(float... row) {
    return new ArithmeticModel(8) {
      @Override
      float[] row(int token, int position) {
        return position == 4 ? row : super.row(token, position);
      }
    };
  }

  @Test
  void missingKeysAreRefused() throws IOException {
    var model =
        new ArithmeticModel(8) {
          @Override
          public List<ByteBuffer> hiddenStates(int[] tokens, int first, int count, KeyType key) {
            return super.hiddenStates(tokens, first, count - 1, key);
          }
        };
    assertBegun(model, "01234567", EmbeddingException.BadOutput.class, "found 2 keys, expected 3");
  }

  @Test
  void halfAKeyIsRefused() throws IOException {
    var model =
        new ArithmeticModel(8) {
          @Override
          public List<ByteBuffer> hiddenStates(int[] tokens, int first, int count, KeyType key) {
            return List.of(ByteBuffer.allocate(8));
          }
        };
    assertBegun(
        model, "01234567", EmbeddingException.BadOutput.class, "8 bytes are no whole keys of 6");
  }

  @Test
  void anotherModelOnTheWayIsRefused() throws IOException {
    var model =
        new ArithmeticModel(8) {
          private final AtomicInteger asked = new AtomicInteger();

          @Override
          public ModelInfo info() {
            ModelInfo info = super.info();
            return asked.getAndIncrement() == 0
                ? info
                : new ModelInfo(
                    info.id(),
                    info.type(),
                    "f".repeat(64),
                    info.tokenizerSha256(),
                    info.hiddenSize(),
                    info.vocabularySize(),
                    info.maxSequenceLength(),
                    info.precision(),
                    info.device());
          }
        };
    assertBegun(model, "01234567", EmbeddingException.ModelChanged.class, "but lm-service runs");
  }

  @Test
  void aDatastoreThatTheDiskCannotHoldIsRefused() throws IOException {
    // nobody has two petabytes
    var model =
        new ArithmeticModel(1024) {
          @Override
          public ModelInfo info() {
            ModelInfo info = super.info();
            return new ModelInfo(
                info.id(),
                info.type(),
                info.sha256(),
                info.tokenizerSha256(),
                1 << 30,
                info.vocabularySize(),
                info.maxSequenceLength(),
                info.precision(),
                info.device());
          }
        };
    assertBegun(
        model,
        "x".repeat(1 << 20),
        EmbeddingException.NotEnoughSpace.class,
        "1048575 keys of dimension 1073741824 need 2251797670395900 bytes");
  }

  private void assertFails(
      LanguageModel model, String corpus, Class<? extends Throwable> type, String message)
      throws IOException {
    assertThatThrownBy(() -> make(model, corpus)).isInstanceOf(type).hasMessageContaining(message);
    assertThat(names()).containsExactly("corpus.txt");
  }

  /** The corpus is counted: what has been done stays for the next attempt. */
  private void assertBegun(
      LanguageModel model, String corpus, Class<? extends Throwable> type, String message)
      throws IOException {
    assertThatThrownBy(() -> make(model, corpus)).isInstanceOf(type).hasMessageContaining(message);
    assertThat(names()).containsExactly(".made.partial", "corpus.txt");
  }

  private void make(LanguageModel model, String corpus) throws Exception {
    make(model, Files.writeString(root.resolve("corpus.txt"), corpus), new Layout.Lines());
  }

  private void make(LanguageModel model, Path corpus, Layout layout) throws Exception {
    make(model, corpus, layout, 2);
  }

  private void make(LanguageModel model, Path file, Layout layout, int partsInFlight)
      throws Exception {
    var corpus = new Corpus("the corpus", List.of(new CorpusFile(file, layout)));
    try (var staging = StagingFolder.open(root, NAME)) {
      new DatastoreMaker(model, staging, progress)
          .make(corpus, model.info(), KeyType.LAST_FFN_INPUT, partsInFlight);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
