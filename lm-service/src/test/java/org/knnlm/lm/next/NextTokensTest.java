package org.knnlm.lm.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.mixture.Prediction;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.NaiveIndex;
import org.knnlm.lm.retrieval.Oracle;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.retrieval.Surroundings;
import org.knnlm.lm.transformer.HiddenState;

class NextTokensTest {
  private static final int VOCABULARY = 96;
  private static final int HIDDEN = 48;

  private static LanguageModel model;
  private static int[] ids;

  @BeforeAll
  static void load() {
    Fixtures.configureTorch();
    model = LanguageModel.load(Fixtures.llama("gqa"), Optional.empty(), Fixtures.options());
    ids = Fixtures.sequences(Fixtures.llama("gqa"))[0];
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Prefixes of one sequence, so that most of each is known; every position is asked for. */
  @Test
  void equalsTheDenseMixtureAtEveryPosition() throws InterruptedException {
    float[] states = Fixtures.expected(Fixtures.llama("gqa"), 0, "ffn_input");
    float[][] keys = new float[37][];
    int[] values = new int[37];
    for (int i = 0; i < 37; i++) {
      keys[i] = Arrays.copyOfRange(states, i * HIDDEN, (i + 1) * HIDDEN);
      keys[i][i % HIDDEN] += 2;
      values[i] = ids[(i + 1) % 37];
    }
    var index =
        new NaiveIndex(
            new Datastore("store", 37, HIDDEN, "", HiddenState.LAST_FFN_INPUT, OptionalInt.empty()),
            keys,
            values);
    var softmax = new Softmax(12, 7);
    var search = new Search("store", OptionalInt.empty(), false, false);
    var retrieval = new Retrieval(search, softmax, 0.4f);
    var oracle = new Softmax(12, 7, Optional.of(new Oracle.Rank(3)));
    var told = new Retrieval(search, oracle, 0.4f);

    List<int[]> prefixes = new ArrayList<>();
    List<int[]> right = new ArrayList<>();
    for (int length = 37; length > 0; length -= 3) {
      prefixes.add(Arrays.copyOf(ids, length));
      right.add(length % 2 == 0 ? new int[] {length, 95} : new int[0]);
    }
    float[] logits = Fixtures.expected(Fixtures.llama("gqa"), 0, "logits");
    for (int round = 0; round < 2; round++) {
      List<List<Prediction>> found = new ArrayList<>();
      new NextTokens(model, index)
          .predict(
              prefixes,
              right,
              List.of(retrieval, told),
              Passes.SHARED,
              (sequence, predictions, timings) -> {
                assertThat(sequence).isEqualTo(found.size());
                found.add(predictions);
              });
      assertThat(found).hasSize(prefixes.size());
      for (int i = 0; i < found.size(); i++) {
        int last = prefixes.get(i).length - 1;
        double[] lm = softmax(logits, last);
        double[] knn = index.distribution(states, last * HIDDEN, softmax, VOCABULARY);
        double[] better =
            index.distribution(states, last * HIDDEN, oracle, VOCABULARY, right.get(i));
        for (int v = 0; v < VOCABULARY; v++) {
          assertThat(Math.exp(found.get(i).get(0).logProb(v))).isCloseTo(lm[v], within(1e-4));
          assertThat(Math.exp(found.get(i).get(1).logProb(v)))
              .isCloseTo((1 - 0.4f) * lm[v] + 0.4f * knn[v], within(1e-4));
          assertThat(Math.exp(found.get(i).get(2).logProb(v)))
              .isCloseTo((1 - 0.4f) * lm[v] + 0.4f * better[v], within(1e-4));
        }
      }
    }
    assertThat(model.prefixes().reusedTokens()).isPositive();

    List<Long> nearest = new ArrayList<>();
    new NextTokens(model, index)
        .neighbors(
            prefixes,
            retrieval,
            new Surroundings(3, 0, 0),
            (sequence, neighbors) -> {
              assertThat(sequence).isEqualTo(nearest.size());
              assertThat(neighbors).hasSize(3);
              nearest.add(neighbors.getFirst().id());
            });
    assertThat(nearest).hasSize(prefixes.size()).startsWith(36L).endsWith(0L);
  }

  private static double[] softmax(float[] logits, int row) {
    double[] p = new double[VOCABULARY];
    double sum = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      p[v] = Math.exp(logits[row * VOCABULARY + v]);
      sum += p[v];
    }
    for (int v = 0; v < VOCABULARY; v++) {
      p[v] /= sum;
    }
    return p;
  }
}
