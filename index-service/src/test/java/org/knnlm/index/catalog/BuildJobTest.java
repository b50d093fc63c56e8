package org.knnlm.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.knnlm.index.build.BuildProgress;
import org.knnlm.index.build.BuildProgress.Stage;
import org.knnlm.index.build.Forecast;
import org.knnlm.index.build.IndexPlan;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.build.Needs;

class BuildJobTest {
  private static final double A_WHILE = 100;

  private final BuildJob job =
      new BuildJob(
          IndexPlan.of(
              new IndexSettings("flat", 0, 0, 0, OptionalInt.empty(), 0, 1), 1_000_000, 64),
          new Needs(0, 1, 1),
          1_000_000);

  @Test
  void whatHasNoRateYetIsForecast() {
    assertThat(job.remainingSeconds()).isEmpty();
    job.forecast(new Forecast(1e6, 1e5, 1e4));
    assertThat(job.stageRemainingSeconds().orElseThrow()).isCloseTo(1e6, within(A_WHILE));
    assertThat(job.remainingSeconds().orElseThrow()).isCloseTo(1.11e6, within(A_WHILE));
    assertThat(job.keysPerSecond()).isEmpty();

    // as after an interruption: half of the keys are there already, and say nothing of the rate
    job.progress(new BuildProgress(Stage.ADDING, 500_000, 1_000_000));
    assertThat(job.keysPerSecond()).isEmpty();
    assertThat(job.remainingSeconds().orElseThrow()).isCloseTo(1.1e5, within(A_WHILE));

    job.progress(new BuildProgress(Stage.ADDING, 750_000, 1_000_000));
    double rate = job.keysPerSecond().orElseThrow();
    assertThat(rate).isPositive();
    assertThat(job.remainingSeconds().orElseThrow()).isBetween(1e4, 1e4 + A_WHILE);
    job.progress(new BuildProgress(Stage.WRITING, 1_000_000, 1_000_000));
    assertThat(job.stageRemainingSeconds().orElseThrow()).isZero();
    job.progress(new BuildProgress(Stage.MEASURING, 0, 1_000_000));
    assertThat(job.remainingSeconds().orElseThrow()).isCloseTo(1e4, within(A_WHILE));
  }
}
