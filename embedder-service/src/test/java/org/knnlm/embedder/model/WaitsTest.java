package org.knnlm.embedder.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitsTest {
  private final Waits waits = new Waits();

  @Test
  void aCallThatIsAnsweredNeverWaits() {
    try (var _ = waits.call()) {
      assertThat(waits.reason()).isEmpty();
    }
    assertThat(waits.all()).isZero();
  }

  /** A line of progress that fell between two pauses did not say what the job waited for. */
  @Test
  void aCallWaitsFromItsFirstFailureToItsEnd() {
    try (var call = waits.call()) {
      call.waitsFor("refused");
      call.waitsFor("busy");
      assertThat(waits.waiting()).isOne();
      assertThat(waits.reason()).contains("busy");
    }
    assertThat(waits.waiting()).isZero();
    assertThat(waits.reason()).isEmpty();
    assertThat(waits.all()).isOne();
  }
}
