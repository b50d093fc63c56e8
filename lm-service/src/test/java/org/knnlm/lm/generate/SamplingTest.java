package org.knnlm.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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
