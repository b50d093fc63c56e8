package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong(17 * SECOND);
  private final ProgressMeter meter = new ProgressMeter(clock::get);

  @Test
  void theRateCountsFromTheFirstWindow() {
    clock.addAndGet(5 * SECOND);
    meter.documentsRead(3);
    assertThat(meter.progress())
        .isEqualTo(new Progress(Stage.TOKENIZING, 3, 0, 0, 5, OptionalDouble.empty(), 0));

    clock.addAndGet(5 * SECOND);
    meter.embedding(100);
    assertThat(meter.progress())
        .isEqualTo(new Progress(Stage.EMBEDDING, 3, 0, 100, 10, OptionalDouble.empty(), 0));

    clock.addAndGet(4 * SECOND);
    meter.keysWritten(15);
    meter.keysWritten(5);
    assertThat(meter.progress())
        .isEqualTo(new Progress(Stage.EMBEDDING, 3, 20, 100, 14, OptionalDouble.of(16), 5));
  }

  @Test
  void timeStopsWhenItIsDone() {
    meter.documentsRead(1);
    meter.embedding(10);
    clock.addAndGet(2 * SECOND);
    meter.keysWritten(10);
    meter.done();
    clock.addAndGet(60 * SECOND);
    assertThat(meter.progress())
        .isEqualTo(new Progress(Stage.DONE, 1, 10, 10, 2, OptionalDouble.of(0), 5));
  }
}
