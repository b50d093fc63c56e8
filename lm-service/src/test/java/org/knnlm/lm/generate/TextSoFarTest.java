package org.knnlm.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tokens are bytes here: a character may need several. */
class TextSoFarTest {
  private static String decode(int[] tokens) {
    byte[] bytes = new byte[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      bytes[i] = (byte) tokens[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static TextSoFar text(String... stop) {
    return new TextSoFar(TextSoFarTest::decode, List.of(stop));
  }

  private static String add(TextSoFar text, String added) {
    var certain = new StringBuilder();
    for (byte b : added.getBytes(StandardCharsets.UTF_8)) {
      if (!text.isStopped()) {
        certain.append(text.add(b)).append('|');
      }
    }
    return certain.toString();
  }

  @Test
  void aCharacterComesWhole() {
    assertThat(add(text(), "aé€b")).isEqualTo("a||é|||€|b|");
  }

  @Test
  void whatMayBecomeAStopTextWaits() {
    TextSoFar text = text("\n\n", "END");
    assertThat(add(text, "a\nbENd")).isEqualTo("a||\nb|||ENd|");
    assertThat(text.isStopped()).isFalse();
    assertThat(add(text, "E")).isEqualTo("|");
    assertThat(text.rest()).isEqualTo("E");
  }

  @Test
  void aStopTextIsCutOff() {
    TextSoFar text = text("END", "\n\n");
    assertThat(add(text, "yes\n\nEND")).isEqualTo("y|e|s|||");
    assertThat(text.isStopped()).isTrue();
    assertThat(text.rest()).isEmpty();
  }
}
