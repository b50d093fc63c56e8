package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
  private static final double[] FIRST = {1, 1, 0, 0, 1, 0};
  private static final double[] SECOND = {1, 0, 1, 1, 1, 0};

  @Test
  void countsWhatOneModelAloneGetsRight() {
    PairedDifference difference = PairedDifference.of(FIRST, SECOND, Resampling.DEFAULT);
    assertThat(difference.value()).isEqualTo(1.0 / 6);
    assertThat(difference.test()).contains(new McNemar(1, 2, 1));
    assertThat(difference.interval().contains(difference.value())).isTrue();
  }

  @Test
  void theOtherWayRoundItIsTheOpposite() {
    PairedDifference forth = PairedDifference.of(FIRST, SECOND, Resampling.DEFAULT);
    PairedDifference back = PairedDifference.of(SECOND, FIRST, Resampling.DEFAULT);
    assertThat(back.value()).isEqualTo(-forth.value());
    assertThat(back.test().orElseThrow().pValue()).isEqualTo(forth.test().orElseThrow().pValue());
  }

  @Test
  void groupsCountTheSame() {
    List<ScoreCounts> first = groups(new double[] {0, 0, 0, 1}, new double[] {1, 0});
    List<ScoreCounts> second = groups(new double[] {0, 0, 1, 0}, new double[] {1, 1});
    MeanScore score = MeanScore.of(first, Resampling.DEFAULT);
    assertThat(score.value()).isEqualTo((0.25 + 0.5) / 2);
    assertThat(score.examples()).isEqualTo(6);
    assertThat(score.standardError())
        .isEqualTo(Math.sqrt(0.1875 / 3 + 0.25 / 1) / 2, within(1e-15));
    PairedDifference difference = PairedDifference.of(first, second, Resampling.DEFAULT);
    assertThat(difference.value()).isEqualTo(0.25);
    assertThat(difference.test()).contains(new McNemar(1, 2, 1));
    assertThatThrownBy(() -> PairedDifference.of(first, groups(new double[2]), Resampling.DEFAULT))
        .hasMessage("2 groups and 1 of the other model");
  }

  private static List<ScoreCounts> groups(double[]... scores) {
    return Arrays.stream(scores).map(ScoreCounts::each).toList();
  }

  @Test
  void thereIsNoTestOfScoresThatAreNeitherRightNorWrong() {
    double[] f1 = {0.5, 1, 0, 0, 1, 0};
    assertThat(PairedDifference.of(FIRST, f1, Resampling.DEFAULT).test()).isEmpty();
  }

  @Test
  void whatNeverDiffersDiffersByNothing() {
    PairedDifference difference = PairedDifference.of(FIRST, FIRST, Resampling.DEFAULT);
    assertThat(difference.interval()).isEqualTo(new Interval(0, 0));
    assertThat(difference.test()).contains(new McNemar(0, 0, 1));
  }

  @Test
  void scoresOfOtherExamplesAreRefused() {
    assertThatThrownBy(() -> PairedDifference.of(FIRST, new double[2], Resampling.DEFAULT))
        .hasMessage("6 scores and 2 of the other model, or of other examples");
  }
}
