package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MeanScoreTest {
  private static final Resampling QUICK = new Resampling(200, 1, 0.95);

  /** 60 of 100 right. */
  static double[] right(int right, int of) {
    double[] scores = new double[of];
    Arrays.fill(scores, 0, right, 1);
    return scores;
  }

  @Test
  void theNumbersAreTheSameEverywhere() {
    MeanScore score = MeanScore.of(right(60, 100), Resampling.DEFAULT);
    assertThat(score.value()).isEqualTo(0.6);
    assertThat(score.standardError()).isEqualTo(Math.sqrt(0.6 * 0.4 / 99), within(1e-15));
    assertThat(score.interval()).isEqualTo(new Interval(0.5, 0.69));
    assertThat(score.examples()).isEqualTo(100);
  }

  @Test
  void theIntervalIsThatOfResampledExamples() {
    // What it is without the detour by counts: drawing every example by its index
    double[] scores = {0, 0.25, 0.25, 0.5, 1, 1, 1, 0.4, 0.9, 0.1, 0, 1, 0.5, 0.25};
    Interval byIndex =
        Resampling.DEFAULT.interval(
            random -> {
              double sum = 0;
              for (int i = 0; i < scores.length; i++) {
                sum += scores[random.below(scores.length)];
              }
              return sum / scores.length;
            });
    Interval interval = MeanScore.of(scores, Resampling.DEFAULT).interval();
    assertThat(interval.low()).isEqualTo(byIndex.low(), within(0.01));
    assertThat(interval.high()).isEqualTo(byIndex.high(), within(0.01));
  }

  @Property(tries = 200)
  void theIntervalLiesWithinTheScoresWhateverTheirOrder(
      @ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = -5, max = 5) Double> scores) {
    MeanScore score = MeanScore.of(array(scores), QUICK);
    assertThat(score.interval().low()).isGreaterThanOrEqualTo(Collections.min(scores) - 1e-12);
    assertThat(score.interval().high()).isLessThanOrEqualTo(Collections.max(scores) + 1e-12);
    assertThat(score.interval().low()).isLessThanOrEqualTo(score.interval().high());
    List<Double> shuffled = new ArrayList<>(scores);
    Collections.reverse(shuffled);
    assertThat(MeanScore.of(array(shuffled), QUICK)).isEqualTo(score);
  }

  @Test
  void scoresThatAreNoneAreRefused() {
    assertThatThrownBy(() -> MeanScore.of(new double[0], QUICK)).hasMessage("no scores");
    assertThatThrownBy(() -> MeanScore.of(new double[] {1, Double.NaN}, QUICK))
        .hasMessage("found the score NaN");
  }

  @Test
  void aResamplingThatIsNoneIsRefused() {
    assertThatThrownBy(() -> new Resampling(99, 1, 0.95))
        .hasMessage("resamples: found 99, 100 or more");
    assertThatThrownBy(() -> new Resampling(1000, 1, 1))
        .hasMessage("confidence: found 1.0, allowed is between 0 and 1");
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
