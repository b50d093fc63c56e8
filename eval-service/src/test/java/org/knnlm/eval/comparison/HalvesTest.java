package org.knnlm.eval.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HalvesTest {
  private static TaskScores scores(int examples, int groups) {
    double[] ones = new double[examples];
    Arrays.fill(ones, 1);
    return new TaskScores(
        IntStream.range(0, examples).map(i -> 2 * i).toArray(),
        IntStream.range(0, examples).map(i -> 1).toArray(),
        IntStream.range(0, examples).mapToObj(i -> "g" + i % groups).toArray(String[]::new),
        IntStream.range(0, examples).mapToDouble(i -> i).toArray(),
        ones,
        0);
  }

  private static TaskMetric metric(TaskMetric.Measure measure) {
    return new TaskMetric("obqa", 1, "lm", true, measure);
  }

  @Property
  void everyExampleIsInOneHalfAndGroupsAreInBoth(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 200) int examples,
      @ForAll @IntRange(min = 1, max = 5) int groups) {
    TaskScores scores = scores(examples, groups);
    TaskMetric mean = metric(TaskMetric.Measure.MEAN_OF_GROUPS);
    Halves halves = Halves.of(scores, mean, seed);
    assertThat(halves.choice()).isSorted().isNotEmpty();
    assertThat(halves.report()).isSorted().isNotEmpty();
    assertThat(IntStream.concat(Arrays.stream(halves.choice()), Arrays.stream(halves.report())))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, examples).boxed().toList());
    assertThat(halves.report().length - halves.choice().length).isBetween(0, 1);
    if (examples >= 2 * groups) {
      int all = Math.min(groups, examples);
      assertThat(Arrays.stream(halves.choice(scores).groups()).distinct()).hasSize(all);
      assertThat(Arrays.stream(halves.report(scores).groups()).distinct()).hasSize(all);
    }
    assertThat(Halves.of(scores, mean, seed).choice()).isEqualTo(halves.choice());
  }

  @Test
  void runsHaveOtherHalves() {
    assertThat(
            IntStream.range(0, 50)
                .mapToObj(
                    run ->
                        Arrays.toString(
                            Halves.of(scores(40, 1), metric(TaskMetric.Measure.MEAN), run)
                                .choice()))
                .distinct())
        .hasSize(50);
  }

  @Property
  void windowsStayTogether(@ForAll long seed, @ForAll @IntRange(min = 2, max = 50) int windows) {
    Halves halves = Halves.of(scores(windows, 1), metric(TaskMetric.Measure.PERPLEXITY), seed);
    for (int[] half : new int[][] {halves.choice(), halves.report()}) {
      assertThat(half[half.length - 1] - half[0]).isEqualTo(half.length - 1);
    }
  }

  @Test
  void oneExampleIsTooFew() {
    assertThatThrownBy(() -> Halves.of(scores(1, 1), metric(TaskMetric.Measure.MEAN), 1))
        .isInstanceOf(IncomparableRunsException.class)
        .hasMessageContaining("obqa has 1 examples");
  }
}
