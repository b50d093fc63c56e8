package org.knnlm.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final double[] LOG_PROBS =
      Arrays.stream(new double[] {0.1, 0.4, 0.05, 0.3, 0.15}).map(Math::log).toArray();

  private static double[] frequencies(Sampling sampling) {
    int draws = 20_000;
    double[] counts = new double[LOG_PROBS.length];
    for (int step = 0; step < draws; step++) {
      counts[sampling.draw(LOG_PROBS, Sampling.uniform(sampling.seed(), 0, step))]++;
    }
    return Arrays.stream(counts).map(count -> count / draws).toArray();
  }

  @Test
  void drawsWithTheProbabilitiesOfTheDistribution() {
    assertThat(frequencies(new Sampling(1, 0, 1, 7)))
        .containsExactly(new double[] {0.1, 0.4, 0.05, 0.3, 0.15}, within(0.015));
  }

  @Test
  void temperatureSharpens() {
    double sum = 0.01 + 0.16 + 0.0025 + 0.09 + 0.0225;
    assertThat(frequencies(new Sampling(0.5f, 0, 1, 7)))
        .containsExactly(
            new double[] {0.01 / sum, 0.16 / sum, 0.0025 / sum, 0.09 / sum, 0.0225 / sum},
            within(0.015));
  }

  @Test
  void topKAndTopPCutTheTail() {
    assertThat(frequencies(new Sampling(1, 2, 1, 7)))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0, 0}, within(0.015));
    // 0.4 + 0.3 is not yet 0.75: the token that passes it stays, as in Hugging Face's
    assertThat(frequencies(new Sampling(1, 0, 0.75f, 7)))
        .containsExactly(new double[] {0, 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85}, within(0.015));
    assertThat(frequencies(new Sampling(1, 0, 1e-6f, 7))).containsExactly(0, 1, 0, 0, 0);
    assertThat(frequencies(new Sampling(1, 1, 1, 7))).containsExactly(0, 1, 0, 0, 0);
  }

  /** Sorts all tokens, and walks down. */
  private static int naive(Sampling sampling, double[] logProbs, double share) {
    int[] order =
        IntStream.range(0, logProbs.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -logProbs[token]))
            .limit(sampling.topK() == 0 ? logProbs.length : sampling.topK())
            .mapToInt(token -> token)
            .toArray();
    double[] weights =
        Arrays.stream(order)
            .mapToDouble(t -> Math.exp((logProbs[t] - logProbs[order[0]]) / sampling.temperature()))
            .toArray();
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    int kept = 0;
    double nucleus = 0;
    while (kept < order.length && (kept == 0 || nucleus < sampling.topP() * sum)) {
      nucleus += weights[kept++];
    }
    double passed = 0;
    for (int i = 0; i < kept; i++) {
      passed += weights[i];
      if (passed > share * nucleus) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  @Property
  void drawsWhatSortingAllTokensWouldDraw(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 0, max = 40) Integer> levels,
      @ForAll boolean ties,
      @ForAll @FloatRange(min = 0.01f, max = 5) float temperature,
      @ForAll @IntRange(max = 250) int topK,
      @ForAll @FloatRange(min = 0.01f, max = 1) float topP,
      @ForAll @DoubleRange(min = 0, max = 1, maxIncluded = false) double share) {
    double[] logProbs = new double[levels.size()];
    for (int i = 0; i < logProbs.length; i++) {
      logProbs[i] = -levels.get(i) / 4.0 - (ties ? 0 : i * 1e-3);
    }
    var sampling = new Sampling(temperature, topK, topP, 0);
    assertThat(sampling.draw(logProbs, share)).isEqualTo(naive(sampling, logProbs, share));
  }

  @Test
  void drawsOfOtherSeedsStreamsAndStepsAreOthers() {
    Set<Double> drawn = new HashSet<>();
    double sum = 0;
    for (int seed = 0; seed < 10; seed++) {
      for (int stream = 0; stream < 10; stream++) {
        for (int step = 0; step < 100; step++) {
          double u = Sampling.uniform(seed, stream, step);
          assertThat(u).isBetween(0.0, 1.0).isLessThan(1);
          drawn.add(u);
          sum += u;
        }
      }
    }
    assertThat(drawn).hasSize(10_000);
    assertThat(sum / 10_000).isCloseTo(0.5, within(0.01));
    assertThat(Sampling.uniform(3, 4, 5)).isEqualTo(Sampling.uniform(3, 4, 5));
  }
}
