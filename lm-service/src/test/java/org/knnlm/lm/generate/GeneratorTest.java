package org.knnlm.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.ModelOptions;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.TooBusyException;
import org.knnlm.lm.mixture.Prediction;
import org.knnlm.lm.next.NextTokens;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.NaiveIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.Precision;

/** Against a loop that computes every token from the whole sequence, without any cache. */
class GeneratorTest {
  private static final Options TEN =
      new Options(10, Sampling.GREEDY, List.of(), OptionalInt.empty());
  private static final List<Retrieval> RETRIEVALS =
      List.of(retrieval(8, 3, 0.25f), retrieval(30, 20, 0.9f), retrieval(8, 3, 1));

  private static LanguageModel model;
  private static LanguageModel naive;

  @BeforeAll
  static void load() {
    Fixtures.configureTorch();
    model = LanguageModel.load(Fixtures.llama("gqa"), Optional.empty(), Fixtures.options());
    naive =
        LanguageModel.load(
            Fixtures.llama("gqa"),
            Optional.empty(),
            new ModelOptions(1, Device.CPU, Precision.FP32, 0, 64 << 20));
  }

  @AfterAll
  static void close() {
    model.close();
    naive.close();
  }

  private static Retrieval retrieval(int k, float temperature, float lambda) {
    return new Retrieval(
        new Search("store", OptionalInt.empty(), false, false),
        new Softmax(k, temperature),
        lambda);
  }

  /** Keys around states of the model, so that neighbours differ from place to place. */
  private static NaiveIndex index(String checkpoint) {
    float[] states = Fixtures.expected(Fixtures.llama(checkpoint), 0, "ffn_input");
    int hidden = states.length / 37;
    float[][] keys = new float[37][];
    int[] values = new int[37];
    for (int i = 0; i < 37; i++) {
      keys[i] = Arrays.copyOfRange(states, i * hidden, (i + 1) * hidden);
      keys[i][i % hidden] += 1;
      values[i] = 3 + i * 5 % 90;
    }
    return new NaiveIndex(
        new Datastore("store", 37, hidden, "", HiddenState.LAST_FFN_INPUT, OptionalInt.empty()),
        keys,
        values);
  }

  /** Pieces of each prompt and setting. */
  private static Map<String, List<Piece>> generate(
      LanguageModel model, NaiveIndex index, List<int[]> prompts, Options options)
      throws InterruptedException {
    var pieces = new TreeMap<String, List<Piece>>();
    new Generator(model, index)
        .generate(
            prompts,
            options,
            RETRIEVALS,
            Passes.SHARED,
            piece ->
                pieces
                    .computeIfAbsent(
                        piece.prompt() + "." + piece.setting(), key -> new ArrayList<>())
                    .add(piece));
    return pieces;
  }

  private static List<Integer> tokens(List<Piece> pieces) {
    return pieces.stream().map(Piece::token).toList();
  }

  private static List<int[]> prompts(String checkpoint) {
    int[][] sequences = Fixtures.sequences(Fixtures.llama(checkpoint));
    return List.of(
        sequences[0],
        Arrays.copyOf(sequences[0], 25),
        sequences[1],
        new int[] {5},
        Arrays.copyOf(sequences[0], 25));
  }

  private static void checkAgainstALoop(
      LanguageModel naive, NaiveIndex index, int[] prompt, int setting, List<Piece> pieces)
      throws InterruptedException {
    int[] ids = prompt;
    for (Piece piece : pieces) {
      Prediction expected = predict(naive, index, ids).get(setting);
      assertThat(piece.token()).isEqualTo(expected.mostProbable());
      assertThat(piece.logProb()).isCloseTo(expected.logProb(piece.token()), within(1e-4));
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = piece.token();
    }
  }

  private static List<Prediction> predict(LanguageModel model, NaiveIndex index, int[] ids)
      throws InterruptedException {
    List<Prediction> predictions = new ArrayList<>();
    new NextTokens(model, index)
        .predict(
            List.of(ids),
            List.of(),
            RETRIEVALS,
            Passes.SHARED,
            (i, found, timings) -> predictions.addAll(found));
    return predictions;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa", "dynamic-rope"})
  void equalsALoopTokenByToken(String checkpoint) throws InterruptedException {
    NaiveIndex index = index(checkpoint);
    List<int[]> prompts = prompts(checkpoint);
    try (LanguageModel cached =
            LanguageModel.load(Fixtures.llama(checkpoint), Optional.empty(), Fixtures.options());
        LanguageModel whole =
            LanguageModel.load(
                Fixtures.llama(checkpoint),
                Optional.empty(),
                new ModelOptions(1, Device.CPU, Precision.FP32, 0, 64 << 20))) {
      for (int round = 0; round < 2; round++) {
        var pieces = generate(cached, index, prompts, TEN);
        assertThat(pieces).hasSize(prompts.size() * 4);
        for (int p = 0; p < prompts.size(); p++) {
          for (int s = 0; s <= RETRIEVALS.size(); s++) {
            List<Piece> own = pieces.get(p + "." + s);
            assertThat(own).hasSize(10);
            assertThat(own.getLast().finish()).contains(Finish.LENGTH);
            checkAgainstALoop(whole, index, prompts.get(p), s, own);
          }
        }
        assertThat(pieces.values().stream().map(GeneratorTest::tokens).distinct().count())
            .as("settings and prompts that differ")
            .isGreaterThan(6);
      }
    }
  }

  @Test
  void oneSearchAndOnePassServeAllSettingsThatAgree() throws InterruptedException {
    NaiveIndex index = index("gqa");
    generate(model, index, List.of(prompts("gqa").getFirst()), TEN);
    // the first search is of one node, however many settings there are; later ones of those apart
    assertThat(index.asked.getFirst().queries()).isEqualTo(1);
    assertThat(index.asked).hasSize(10).allMatch(asked -> asked.queries() <= 4);
  }

  @Test
  void drawsAreTheSameAgainAndWhateverStandsBeside() throws InterruptedException {
    NaiveIndex index = index("gqa");
    var sampled =
        new Options(12, new Sampling(0.8f, 20, 0.95f, 42), List.of(), OptionalInt.empty());
    List<int[]> prompts = prompts("gqa");
    var first = generate(model, index, prompts, sampled);
    var again = generate(naive, index, prompts, sampled);
    var fewer = generate(model, index, prompts.subList(0, 2), sampled);
    first.forEach((key, pieces) -> assertThat(tokens(again.get(key))).isEqualTo(tokens(pieces)));
    fewer.forEach((key, pieces) -> assertThat(tokens(first.get(key))).isEqualTo(tokens(pieces)));
    // the same prompt draws anew at another index
    assertThat(tokens(first.get("1.0"))).isNotEqualTo(tokens(first.get("4.0")));
  }

  @Test
  void endsAtEosAtAStopTextAndAtTheLongestSequence() throws InterruptedException {
    NaiveIndex index = index("gqa");
    List<int[]> prompt = List.of(prompts("gqa").get(1));
    List<Piece> free = generate(model, index, prompt, TEN).get("0.0");

    int eos = free.get(4).token();
    int at = tokens(free).indexOf(eos);
    List<Piece> ended =
        generate(
                model,
                index,
                prompt,
                new Options(10, Sampling.GREEDY, List.of(), OptionalInt.of(eos)))
            .get("0.0");
    assertThat(tokens(ended)).isEqualTo(tokens(free).subList(0, at + 1));
    assertThat(ended.getLast().finish()).contains(Finish.EOS);

    String stop = "w" + free.get(2).token();
    List<Piece> stopped =
        generate(
                model,
                index,
                prompt,
                new Options(10, Sampling.GREEDY, List.of(stop), OptionalInt.empty()))
            .get("0.0");
    assertThat(stopped.getLast().finish()).contains(Finish.STOP);
    assertThat(String.join("", stopped.stream().map(Piece::text).toList())).doesNotContain(stop);

    int[] almostAll = new int[60];
    Arrays.fill(almostAll, 7);
    List<Piece> full = generate(model, index, List.of(almostAll), TEN).get("0.0");
    assertThat(full).hasSize(4);
    assertThat(full.getLast().finish()).contains(Finish.LENGTH);
  }

  @Test
  void moreContinuationsThanMemoryHoldsAreRefusedBeforeTheyBegin() {
    var endless = new Options(1 << 20, Sampling.GREEDY, List.of(), OptionalInt.empty());
    List<int[]> many = Collections.nCopies(1024, new int[] {5});
    assertThatThrownBy(() -> generate(model, index("gqa"), many, endless))
        .isInstanceOf(TooBusyException.class)
        .hasMessageContaining("bytes for keys and values are needed");
    assertThat(model.generation().held()).isZero();
  }

  @Test
  void aCallerThatBreaksOffLeavesNothingBehind() throws InterruptedException {
    var index = index("gqa");
    try (LanguageModel kept =
        LanguageModel.load(
            Fixtures.llama("gqa"),
            Optional.empty(),
            new ModelOptions(1, Device.CPU, Precision.FP32, 0, 64 << 20))) {
      for (int i = 0; i < 3; i++) {
        try {
          new Generator(kept, index)
              .generate(
                  prompts("gqa"),
                  TEN,
                  RETRIEVALS,
                  Passes.SHARED,
                  piece -> {
                    throw new IllegalStateException("enough");
                  });
        } catch (IllegalStateException enough) {
          assertThat(enough).hasMessage("enough");
        }
      }
      assertThat(kept.prefixes().bytes()).isZero();
      assertThat(kept.generation().held()).isZero();
      assertThat(generate(kept, index, prompts("gqa"), TEN)).isNotEmpty();
    }
  }
}
