package org.knnlm.lm.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.DatastoreMismatchException;
import org.knnlm.lm.retrieval.NaiveIndex;
import org.knnlm.lm.retrieval.Oracle;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.retrieval.TooManyNeighborsException;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.NotFiniteException;

/** A small model and exhaustive search, against the dense mixture of what Hugging Face computed. */
class ScorerTest {
  private static final int HIDDEN = 48;
  private static final int VOCABULARY = 96;

  private static LanguageModel model;
  private static int[][] sequences;

  @BeforeAll
  static void load() {
    Fixtures.configureTorch();
    model = LanguageModel.load(Fixtures.llama("gqa"), Optional.empty(), Fixtures.options());
    sequences = Fixtures.sequences(Fixtures.llama("gqa"));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static String kind(HiddenState state) {
    return state == HiddenState.LAST_FFN_INPUT ? "ffn_input" : "ffn_output";
  }

  /** Keys near the first sequence's own states, with few distinct values, so that values repeat. */
  private static NaiveIndex index(HiddenState state, int dimension, String sha256) {
    float[] states = Fixtures.expected(Fixtures.llama("gqa"), 0, kind(state));
    float[][] keys = new float[37 * 2][];
    int[] values = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = Arrays.copyOfRange(states, i / 2 * HIDDEN, (i / 2 + 1) * HIDDEN);
      keys[i][i % HIDDEN] += 0.5f + i % 7;
      values[i] = sequences[0][(i / 2 + i % 3) % 37];
    }
    return new NaiveIndex(
        new Datastore("store", keys.length, dimension, sha256, state, OptionalInt.empty()),
        keys,
        values);
  }

  private static Retrieval retrieval(int k, float temperature, float lambda) {
    return new Retrieval(
        new Search("store", OptionalInt.empty(), false, false),
        new Softmax(k, temperature),
        lambda);
  }

  private static Retrieval oracle(int k, Oracle oracle) {
    return new Retrieval(
        new Search("store", OptionalInt.empty(), false, false),
        new Softmax(k, 3, Optional.of(oracle)),
        0.5f);
  }

  private static List<Score> score(
      NaiveIndex index, List<Target> targets, List<Retrieval> retrievals)
      throws InterruptedException {
    List<Score> scores = new ArrayList<>();
    new Scorer(model, index)
        .score(
            targets,
            retrievals,
            Passes.SHARED,
            (target, score) -> {
              assertThat(target).isEqualTo(scores.size());
              scores.add(score);
            });
    return scores;
  }

  @ParameterizedTest
  @EnumSource(HiddenState.class)
  void equalsTheDenseMixture(HiddenState state) throws InterruptedException {
    NaiveIndex index = index(state, HIDDEN, model.info().modelSha256());
    List<Retrieval> retrievals =
        List.of(
            retrieval(8, 3, 0.25f),
            retrieval(8, 3, 0),
            retrieval(8, 3, 1),
            retrieval(74, 10, 0.1f),
            retrieval(1, 0.5f, 0.9f),
            oracle(8, new Oracle.Rank(1)),
            oracle(8, new Oracle.Rank(7)),
            oracle(1, new Oracle.Rank(1)),
            oracle(20, new Oracle.Distance(0.5f)));
    List<Target> targets = List.of(new Target(sequences[0], 1), new Target(sequences[1], 6, true));
    List<Score> scores = score(index, targets, retrievals);
    assertThat(scores).hasSize(2);
    for (int i = 0; i < 2; i++) {
      check(scores.get(i), targets.get(i), i, state, index, retrievals);
    }
  }

  private static void check(
      Score score,
      Target target,
      int sequence,
      HiddenState state,
      NaiveIndex index,
      List<Retrieval> retrievals) {
    float[] states = Fixtures.expected(Fixtures.llama("gqa"), sequence, kind(state));
    assertThat(score.logProbs()).hasSize(target.tokenIds().length - target.firstTarget());
    for (int t = target.firstTarget(); t < target.tokenIds().length; t++) {
      int token = target.tokenIds()[t];
      double[] lm = distribution(sequence, t - 1);
      int column = t - target.firstTarget();
      assertThat((double) score.logProbs()[column]).isCloseTo(Math.log(lm[token]), within(1e-4));
      for (int r = 0; r < retrievals.size(); r++) {
        Retrieval retrieval = retrievals.get(r);
        int[] right = target.right() ? new int[] {token} : new int[0];
        double[] knn =
            index.distribution(states, (t - 1) * HIDDEN, retrieval.softmax(), VOCABULARY, right);
        double lambda = retrieval.lambda();
        double expected = lambda * knn[token] + (1 - lambda) * lm[token];
        assertThat((double) score.retrievalProbs()[r][column]).isCloseTo(knn[token], within(1e-4));
        assertThat(Math.exp(score.retrievalLogProbs()[r][column]))
            .isCloseTo(expected, within(1e-4));
        if (expected == 0) {
          assertThat(score.retrievalLogProbs()[r][column]).isEqualTo(-10_000);
        }
      }
    }
  }

  private static double[] distribution(int sequence, int position) {
    float[] logits = Fixtures.expected(Fixtures.llama("gqa"), sequence, "logits");
    double sum = 0;
    double[] probabilities = new double[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      probabilities[v] = Math.exp(logits[position * VOCABULARY + v]);
      sum += probabilities[v];
    }
    for (int v = 0; v < VOCABULARY; v++) {
      probabilities[v] /= sum;
    }
    return probabilities;
  }

  @Test
  void oneSearchServesAllThatDiffersInSoftmaxAndLambdaAlone() throws InterruptedException {
    NaiveIndex index = index(HiddenState.LAST_FFN_INPUT, HIDDEN, "");
    var exact = new Search("store", OptionalInt.empty(), true, false);
    score(
        index,
        List.of(new Target(sequences[0], 30), new Target(sequences[1], 1)),
        List.of(
            retrieval(8, 3, 0.25f),
            retrieval(4, 3, 0.25f),
            retrieval(8, 3, 0.5f),
            new Retrieval(exact, new Softmax(8, 3), 0.5f)));
    assertThat(index.asked)
        .containsExactly(
            new NaiveIndex.Asked(
                new Search("store", OptionalInt.empty(), false, false),
                7 + 10,
                List.of(new Softmax(8, 3), new Softmax(4, 3))),
            new NaiveIndex.Asked(exact, 7 + 10, List.of(new Softmax(8, 3))));
  }

  @Test
  void aNanInTheWeightsIsAnErrorAndNoNumber(@TempDir Path folder) {
    Fixtures.copy("gqa", folder);
    Fixtures.putNanAtTheEnd(folder);
    try (LanguageModel damaged = LanguageModel.load(folder, Optional.empty(), Fixtures.options())) {
      List<Target> targets = List.of(new Target(sequences[1], 1));
      assertThatThrownBy(
              () ->
                  new Scorer(damaged, index(HiddenState.LAST_FFN_INPUT, HIDDEN, ""))
                      .score(targets, List.of(), Passes.SHARED, (target, score) -> {}))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageMatching("the log probability of a token \\(id \\d+\\) is NaN");
    }
  }

  @Test
  void asksForNoNeighboursWithoutRetrievals() throws InterruptedException {
    NaiveIndex index = index(HiddenState.LAST_FFN_INPUT, HIDDEN, "");
    Score score = score(index, List.of(new Target(sequences[1], 1)), List.of()).getFirst();
    assertThat(score.retrievalLogProbs()).isEmpty();
    assertThat(index.asked).isEmpty();
  }

  @Test
  void keysOfAnotherLengthOrModelAreRefused() {
    List<Target> targets = List.of(new Target(sequences[1], 1));
    List<Retrieval> retrievals = List.of(retrieval(1, 1, 0.5f));
    assertThatThrownBy(() -> score(index(HiddenState.LAST_FFN_INPUT, 32, ""), targets, retrievals))
        .isInstanceOf(DatastoreMismatchException.class)
        .hasMessage(
            "datastore store has keys of length 32, but the hidden states of model gqa have length 48");
    assertThatThrownBy(
            () -> score(index(HiddenState.LAST_FFN_INPUT, HIDDEN, "abc"), targets, retrievals))
        .isInstanceOf(DatastoreMismatchException.class)
        .hasMessageContaining("SHA-256 abc")
        .hasMessageContaining(model.info().modelSha256());
  }

  @Test
  void moreNeighboursThanKeysAreRefused() {
    assertThatThrownBy(
            () ->
                score(
                    index(HiddenState.LAST_FFN_INPUT, HIDDEN, ""),
                    List.of(new Target(sequences[1], 1)),
                    List.of(retrieval(1, 1, 0.5f), retrieval(75, 1, 0.5f))))
        .isInstanceOf(TooManyNeighborsException.class)
        .hasMessage("75 exceeds the 74 keys of datastore store")
        .extracting(e -> ((TooManyNeighborsException) e).retrieval())
        .isEqualTo(1);
  }
}
