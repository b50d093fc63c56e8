package org.knnlm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ProgressBar bar(boolean terminal) {
    return new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aTerminalHasABarThatIsRedrawn() {
    ProgressBar bar = bar(true);
    bar.update("examples", 0, 0, 0, OptionalDouble.empty());
    bar.update("examples", 1500, 3, 3000, OptionalDouble.of(3725));
    bar.end();
    assertThat(shown())
        .isEqualTo(
            "\r[........................] waiting"
                + "\r[############............]  50 %  1,500 of 3,000 examples, 3 failed, 1 h 2 min left"
                + System.lineSeparator());
  }

  @Test
  void aLogHasALineForATenth() {
    ProgressBar bar = bar(false);
    for (int done = 0; done <= 100; done++) {
      bar.update("windows", done, 0, 100, OptionalDouble.of(100 - done));
    }
    bar.end();
    assertThat(shown().lines())
        .hasSize(11)
        .startsWith("  0 %  0 of 100 windows, 1 min 40 s left")
        .endsWith("100 %  100 of 100 windows, 0 s left");
  }
}
