package org.knnlm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.Runs;
import org.knnlm.eval.perplexity.Protocol;

class ProgressTest {
  @Test
  void theRateIsThatOfTheWorkDone() {
    Progress progress = Progress.of(run(RunState.RUNNING), new Progress.Work(4, 2048, 8));
    assertThat(progress)
        .isEqualTo(
            new Progress(
                RunState.RUNNING, 4, 10, OptionalDouble.of(256), OptionalDouble.of(3072 / 256.0)));
  }

  @Test
  void nothingIsKnownBeforeTheFirstWindow() {
    assertThat(Progress.of(run(RunState.RUNNING), new Progress.Work(0, 0, 0)))
        .isEqualTo(
            new Progress(RunState.RUNNING, 0, 10, OptionalDouble.empty(), OptionalDouble.empty()));
  }

  @Test
  void nothingRemainsOfARunThatHasEnded() {
    assertThat(Progress.of(run(RunState.DONE), new Progress.Work(10, 5120, 20)))
        .isEqualTo(
            new Progress(RunState.DONE, 10, 10, OptionalDouble.of(256), OptionalDouble.empty()));
  }

  private static Run run(RunState state) {
    return Runs.run(state, 10, 5120, Runs.spec("", Protocol.WIKITEXT));
  }
}
