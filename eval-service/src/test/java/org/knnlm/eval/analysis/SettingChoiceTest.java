package org.knnlm.eval.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.knnlm.eval.analysis.SettingChoice.Better;

class SettingChoiceTest {
  private static final double[] CHOICE = {0.5, 0.7, 0.7, 0.1};
  private static final double[] REPORT = {0.6, 0.55, 0.9, 0.2};

  @Test
  void theBestOnOneSplitIsReportedOnTheOther() {
    assertThat(SettingChoice.of(CHOICE, REPORT, Better.HIGHER))
        .isEqualTo(new SettingChoice(1, 0.7, 0.55, 0.9));
    assertThat(SettingChoice.of(CHOICE, REPORT, Better.LOWER))
        .isEqualTo(new SettingChoice(3, 0.1, 0.2, 0.2));
  }

  @Test
  void resultsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> SettingChoice.of(CHOICE, new double[3], Better.LOWER))
        .hasMessage("results of 4 settings on one split, of 3 on the other");
    assertThatThrownBy(
            () -> SettingChoice.of(new double[] {1}, new double[] {Double.NaN}, Better.LOWER))
        .hasMessage("setting 0: results 1.0 and NaN");
  }
}
