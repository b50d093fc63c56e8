package org.knnlm.lm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private static final int VOCABULARY = 12;

  /**
   * The dense definition: both distributions over the whole vocabulary, neighbours with duplicates.
   */
  @Property
  void equalsTheDenseMixture(
      @ForAll @DoubleRange(max = 1) double lambda,
      @ForAll @DoubleRange(min = 0.05, max = 20) double temperature,
      @ForAll @Size(VOCABULARY) List<@DoubleRange(min = -30, max = 30) Double> logits,
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = VOCABULARY - 1) Integer> values,
      @ForAll @Size(30) List<@DoubleRange(max = 50) Double> distances) {
    double[] lm = softmax(logits.stream().mapToDouble(x -> x).toArray());
    double[] weights =
        softmax(
            distances.stream().limit(values.size()).mapToDouble(d -> -d / temperature).toArray());
    double[] knn = new double[VOCABULARY];
    for (int i = 0; i < weights.length; i++) {
      knn[values.get(i)] += weights[i];
    }
    double total = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      double expected = lambda * knn[v] + (1 - lambda) * lm[v];
      double actual = Mixture.logProb(lambda, Math.min(knn[v], 1), Math.log(lm[v]));
      assertThat(Math.exp(actual)).isCloseTo(expected, within(1e-12));
      if (expected > 0) {
        assertThat(actual).isCloseTo(Math.log(expected), within(1e-9));
      }
      total += Math.exp(actual);
    }
    assertThat(total).isCloseTo(1, within(1e-9));
  }

  private static double[] softmax(double[] logits) {
    double greatest = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = Math.exp(logits[i] - greatest);
      sum += probabilities[i];
    }
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }

  @Property
  void lambdaZeroIsTheModelAndOneTheNeighbours(
      @ForAll @DoubleRange(max = 1) double pKnn,
      @ForAll @DoubleRange(min = -9999, max = 0) double logPLm) {
    assertThat(Mixture.logProb(0, pKnn, logPLm)).isEqualTo(logPLm);
    assertThat(Mixture.logProb(1, pKnn, logPLm))
        .isEqualTo(pKnn == 0 ? Mixture.LOG_ZERO : Math.max(Math.log(pKnn), Mixture.LOG_ZERO));
  }

  @Test
  void keepsProbabilitiesThatADoubleCannotHold() {
    assertThat(Mixture.logProb(0.25, 0, -5000)).isCloseTo(-5000 + Math.log(0.75), within(1e-9));
    assertThat(Mixture.logProb(0.25, 0, -20_000)).isEqualTo(-10_000);
    assertThat(Mixture.logProb(1, 0, -1)).isEqualTo(-10_000);
  }
}
