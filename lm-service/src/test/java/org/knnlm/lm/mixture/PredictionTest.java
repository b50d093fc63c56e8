package org.knnlm.lm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.retrieval.Distribution;

class PredictionTest {
  private static final int VOCABULARY = 12;

  /** Ties, tokens without neighbours, no neighbours at all, a weight of 0 and of 1. */
  @Property
  void equalsTheDenseMixture(@ForAll long seed, @ForAll @IntRange(max = 12) int named) {
    var random = new Random(seed);
    double lambda = random.nextInt(3) == 0 ? random.nextInt(2) : random.nextDouble();
    double[] lm = distribution(random.doubles(VOCABULARY, -8, 8).map(Math::rint).toArray());
    double[] knn = new double[VOCABULARY];
    int[] tokens =
        IntStream.range(0, VOCABULARY)
            .boxed()
            .sorted((a, b) -> Integer.compare(a * 7 % VOCABULARY, b * 7 % VOCABULARY))
            .limit(named)
            .mapToInt(v -> v)
            .sorted()
            .toArray();
    double[] weights = distribution(random.doubles(named, -3, 3).map(Math::rint).toArray());
    float[] probabilities = new float[named];
    for (int i = 0; i < named; i++) {
      probabilities[i] = (float) weights[i];
      knn[tokens[i]] = probabilities[i];
    }
    float[] logProbs = new float[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      logProbs[v] = (float) Math.log(lm[v]);
    }
    var prediction = new Prediction(logProbs, new Distribution(tokens, probabilities), lambda);

    double[] dense = new double[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      dense[v] = lambda * knn[v] + (1 - lambda) * Math.exp(logProbs[v]);
      assertThat(Math.exp(prediction.logProb(v))).isCloseTo(dense[v], within(1e-12));
      assertThat(prediction.all()[v]).isEqualTo(prediction.logProb(v));
    }
    if (lambda == 1 && named == 0) {
      assertThat(prediction.mostProbable()).isEqualTo(Prediction.of(logProbs).mostProbable());
      return;
    }
    double best = Arrays.stream(prediction.all()).max().orElseThrow();
    assertThat(prediction.all()[prediction.mostProbable()]).isEqualTo(best);
    assertThat(Arrays.stream(prediction.all(), 0, prediction.mostProbable()).max().orElse(-1e9))
        .isLessThan(best);
  }

  private static double[] distribution(double[] logits) {
    double sum = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(x -> Math.exp(x) / sum).toArray();
  }

  @Test
  void withoutNeighboursItIsTheModel() {
    float[] logProbs = {-2, -0.5f, -3};
    Prediction prediction = Prediction.of(logProbs);
    assertThat(prediction.mostProbable()).isEqualTo(1);
    assertThat(prediction.all()).containsExactly(-2, -0.5, -3);
  }
}
