package org.knnlm.eval.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.knnlm.eval.comparison.TaskMetric.Measure.TOKEN_PERPLEXITY;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.statistics.McNemar;

class ComparisonTest {
  private final Comparison comparison = Samples.comparison();

  private Result result(TaskMetric metric, int model) {
    return comparison.rows().stream()
        .filter(row -> row.metric().equals(metric))
        .findFirst()
        .orElseThrow()
        .results()
        .get(model)
        .orElseThrow();
  }

  @Test
  void aModelIsHeldAgainstTheFirst() {
    assertThat(result(Samples.ACC, 0).difference()).isEmpty();
    assertThat(result(Samples.ACC, 0).value()).isEqualTo(0.2);
    Difference difference = result(Samples.ACC, 1).difference().orElseThrow();
    assertThat(difference.value()).isEqualTo(0.2, within(1e-15));
    assertThat(difference.examples()).isEqualTo(100);
    assertThat(difference.test()).contains(McNemar.of(0, 20));
  }

  @Test
  void headlinesAreCorrectedForEachOther() {
    Difference obqa = result(Samples.ACC, 1).difference().orElseThrow();
    assertThat(obqa.adjustedPValue().orElseThrow())
        .isCloseTo(2 * Math.pow(0.5, 19), Percentage.withPercentage(1e-9));
    assertThat(obqa.isSignificant()).isTrue();
    Difference bbh = result(Samples.BBH, 1).difference().orElseThrow();
    assertThat(bbh.adjustedPValue()).contains(1.0);
    assertThat(bbh.isSignificant()).isFalse();
    assertThat(result(Samples.TOKENS, 1).difference().orElseThrow().adjustedPValue()).isEmpty();
  }

  @Test
  void groupsCountTheSame() {
    assertThat(result(Samples.BBH, 0).value()).isEqualTo((0.25 + 0.5) / 2);
    assertThat(result(Samples.BBH, 1).difference().orElseThrow().value()).isEqualTo(0.125);
    assertThat(result(Samples.BBH, 1).failed()).isEqualTo(2);
  }

  @Test
  void paddedBatchesCountExamplesThatAreNotThere() {
    Result result = result(Samples.PADDED, 0);
    assertThat(result.value()).isEqualTo(10.0 / 32);
    assertThat(result.interval().contains(10.0 / 32)).isTrue();
    assertThat(comparison.rows().get(3).results().get(1)).isEmpty();
  }

  @Test
  void windowsMakeAPerplexity() {
    assertThat(result(Samples.LOSS, 0).value()).isEqualTo(Math.exp(3.5), within(1e-12));
    assertThat(result(Samples.LOSS, 0).standardError()).isEmpty();
    Difference difference = result(Samples.LOSS, 1).difference().orElseThrow();
    assertThat(difference.value()).isEqualTo(100 * (Math.exp(-0.5) - 1), within(1e-9));
    assertThat(difference.adjustedPValue()).isEmpty();
  }

  @Test
  void targetsWeighInATokensPerplexityAndWindowsOfOtherTokensAreNotCompared() {
    int[] windows = {0, 1};
    String[] groups = {"", ""};
    double[] losses = {2, 4};
    var first =
        new TaskScores(windows, TaskScores.ones(windows), groups, losses, new double[] {3, 1}, 0);
    var second =
        new TaskScores(windows, TaskScores.ones(windows), groups, losses, new double[] {3, 2}, 0);
    var metric = new TaskMetric("wikitext", 1, "token_perplexity", true, TOKEN_PERPLEXITY);
    Comparison made =
        Comparison.of(
            List.of(Samples.BASE, Samples.KNN),
            Map.of(metric, Map.of(Samples.BASE, first, Samples.KNN, second)),
            Samples.RESAMPLING);
    List<Optional<Result>> results = made.rows().getFirst().results();
    assertThat(results.get(0).orElseThrow().value()).isEqualTo(Math.exp(2.5), within(1e-12));
    assertThat(results.get(1).orElseThrow().difference()).isEmpty();
  }

  @Test
  void onlyExamplesThatBothHaveScoresOfAreCompared() {
    TaskScores first = TaskScores.of(new int[] {0, 2, 3, 7}, new double[] {1, 0, 0, 1}, 1);
    TaskScores second = TaskScores.of(new int[] {1, 2, 3, 8}, new double[] {1, 1, 0, 1}, 0);
    TaskScores third = TaskScores.of(new int[] {4}, new double[] {1}, 0);
    var other = new Contender(2, 0, "org/tiny", "base");
    Map<Contender, TaskScores> scores = new LinkedHashMap<>();
    scores.put(Samples.BASE, first);
    scores.put(Samples.KNN, second);
    scores.put(other, third);
    Comparison made =
        Comparison.of(
            List.of(Samples.BASE, Samples.KNN, other),
            Map.of(Samples.ACC, scores),
            Samples.RESAMPLING);
    List<Optional<Result>> results = made.rows().getFirst().results();
    assertThat(results.get(1).orElseThrow().value()).isEqualTo(0.75);
    Difference difference = results.get(1).orElseThrow().difference().orElseThrow();
    assertThat(difference.examples()).isEqualTo(2);
    assertThat(difference.value()).isEqualTo(0.5);
    assertThat(results.get(2).orElseThrow().difference()).isEmpty();
  }

  @Test
  void examplesThatScoreAlikeAreCounted() {
    double[] ones = {1, 1, 1};
    int[] firsts = {0, 1, 5};
    int[] counts = {20, 60, 20};
    String[] groups = {"", "", ""};
    var first = new TaskScores(firsts, counts, groups, new double[] {1, 0, 0}, ones, 0);
    var second = new TaskScores(firsts, counts, groups, new double[] {1, 0, 1}, ones, 0);
    Comparison counted =
        Comparison.of(
            List.of(Samples.BASE, Samples.KNN),
            Map.of(Samples.ACC, Map.of(Samples.BASE, first, Samples.KNN, second)),
            Samples.RESAMPLING);
    List<Optional<Result>> results = counted.rows().getFirst().results();
    assertThat(results.get(0)).contains(result(Samples.ACC, 0));
    Difference difference = results.get(1).orElseThrow().difference().orElseThrow();
    Difference each = result(Samples.ACC, 1).difference().orElseThrow();
    assertThat(difference.value()).isEqualTo(each.value());
    assertThat(difference.interval()).isEqualTo(each.interval());
    assertThat(difference.examples()).isEqualTo(100);
    assertThat(difference.test()).isEqualTo(each.test());
  }

  @Test
  void examplesOutOfOrderAreRefused() {
    assertThatThrownBy(() -> TaskScores.of(new int[] {3, 3}, new double[2], 0))
        .hasMessage("example 3 after 3");
    assertThatThrownBy(() -> TaskScores.of(new int[2], new double[3], 0))
        .hasMessage("2 examples, 2 counts, 2 groups, 3 scores, 2 weights");
  }
}
