package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LossDifferenceTest {
  private static final Resampling QUICK = new Resampling(200, 1, 0.95);

  @Test
  void windowsWeighAsTheyAreTold() {
    double[] first = {2, 3, 4};
    double[] second = {1, 3, 3};
    assertThat(equallyWeighted(first, second, QUICK).nats()).isEqualTo(-2.0 / 3, within(1e-15));
    LossDifference weighted =
        LossDifference.of(first, second, new double[] {1023, 512, 512}, QUICK);
    assertThat(weighted.nats()).isEqualTo(-1535.0 / 2047, within(1e-15));
    assertThat(weighted.blockLength()).isEqualTo(2);
    assertThat(weighted.percent()).isEqualTo(100 * (Math.exp(-1535.0 / 2047) - 1), within(1e-12));
  }

  @Test
  void alikeNeighboursMakeTheIntervalWider() {
    double[] first = new double[1000];
    double[] alike = new double[1000];
    double[] mixed = new double[1000];
    for (int i = 0; i < 1000; i++) {
      alike[i] = (i / 10) % 2;
      mixed[i] = i % 2;
    }
    assertThat(width(equallyWeighted(first, alike, Resampling.DEFAULT)))
        .isGreaterThan(1.5 * width(equallyWeighted(first, mixed, Resampling.DEFAULT)));
  }

  private static double width(LossDifference difference) {
    return difference.interval().high() - difference.interval().low();
  }

  @Property(tries = 200)
  void theIntervalLiesWithinTheDifferences(
      @ForAll @Size(min = 1, max = 60) List<@DoubleRange(min = -3, max = 3) Double> losses) {
    double[] second = losses.stream().mapToDouble(Double::doubleValue).toArray();
    LossDifference difference = equallyWeighted(new double[second.length], second, QUICK);
    double[] sorted = second.clone();
    Arrays.sort(sorted);
    assertThat(difference.interval().low()).isGreaterThanOrEqualTo(sorted[0] - 1e-9);
    assertThat(difference.interval().high()).isLessThanOrEqualTo(sorted[sorted.length - 1] + 1e-9);
  }

  @Property
  void aBlockIsTheCubicRoot(@ForAll @IntRange(min = 1, max = 10_000_000) int size) {
    long length = BlockBootstrap.blockLength(size);
    assertThat(length * length * length).isGreaterThanOrEqualTo(size);
    assertThat((length - 1) * (length - 1) * (length - 1)).isLessThan(size);
  }

  @Test
  void windowsOfNoNumberAreNamed() {
    assertThatThrownBy(
            () ->
                equallyWeighted(
                    new double[] {1, 2}, new double[] {1, Double.POSITIVE_INFINITY}, QUICK))
        .hasMessage("window 1: found Infinity with the weight 1.0");
    assertThatThrownBy(() -> LossDifference.of(new double[2], new double[2], new double[2], QUICK))
        .hasMessage("window 0: found 0.0 with the weight 0.0");
    assertThatThrownBy(() -> LossDifference.of(new double[2], new double[3], new double[2], QUICK))
        .hasMessage("2 losses and 3 of the other model");
    assertThatThrownBy(() -> MeanLoss.of(new double[0], new double[0], QUICK))
        .hasMessage("losses of 0 windows, weights of 0");
  }

  @Test
  void aLossIsAPerplexity() {
    MeanLoss loss = MeanLoss.of(new double[] {2, 4}, new double[] {1, 3}, QUICK);
    assertThat(loss.nats()).isEqualTo(3.5);
    assertThat(loss.perplexity()).isEqualTo(Math.exp(3.5), within(1e-12));
    assertThat(loss.perplexityInterval().contains(loss.perplexity())).isTrue();
  }

  private static LossDifference equallyWeighted(
      double[] first, double[] second, Resampling resampling) {
    double[] ones = new double[first.length];
    Arrays.fill(ones, 1);
    return LossDifference.of(first, second, ones, resampling);
  }
}
