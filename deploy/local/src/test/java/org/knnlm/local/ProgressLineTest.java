package org.knnlm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private String shown(boolean terminal) {
    var line =
        new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, "1/3 ");
    line.update("keys", 1500, 3000, OptionalDouble.of(7.4));
    line.done("ok");
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aTerminalSeesTheShareAndTheTimeLeftOnOneLine() {
    assertThat(shown(true))
        .startsWith("\r1/3 keys 1,500 of 3,000, 7 s left\r1/3 ok ")
        .endsWith(" \n")
        .containsOnlyOnce("\n");
  }

  @Test
  void aLogSeesOnlyTheEnd() {
    assertThat(shown(false)).isEqualTo("1/3 ok\n");
  }
}
