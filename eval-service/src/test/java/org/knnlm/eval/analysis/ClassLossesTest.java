package org.knnlm.eval.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.lm.Scores;

class ClassLossesTest {
  @Test
  void lossesAreMeansOverTheTargetsOfAClass() {
    var losses = new ClassLosses(Division.WORD, 1);
    losses.add(
        new int[] {0, 1, 1},
        new Scores(new float[] {-1, -2, -3}, List.of(new float[] {-1.5f, -1, -1})));
    losses.add(new int[] {1}, new Scores(new float[] {-4}, List.of(new float[] {-1})));
    assertThat(losses.rows())
        .containsExactly(
            new ClassLosses.Row("other", 1, List.of(1.0, 1.5)),
            new ClassLosses.Row("number", 3, List.of(3.0, 1.0)),
            new ClassLosses.Row("name", 0, List.of()));
    assertThat(losses.rows().get(1).differencePercent(0))
        .isEqualTo(100 * (Math.exp(-2) - 1), within(1e-9));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    var losses = new ClassLosses(Division.WORD, 1);
    assertThatThrownBy(() -> losses.add(new int[2], new Scores(new float[2], List.of())))
        .hasMessage("scores of 0 settings, 1 are expected");
    assertThatThrownBy(
            () -> losses.add(new int[2], new Scores(new float[3], List.of(new float[3]))))
        .hasMessage("2 classes of 3 targets");
  }
}
