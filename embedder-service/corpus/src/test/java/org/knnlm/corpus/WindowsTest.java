package org.knnlm.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class WindowsTest {
  @Test
  void blocksAreCutToWholeBlocks() {
    assertThat(Windows.blocks(9, 4, 2))
        .containsExactly(
            new Window(0, 2, 1), new Window(0, 4, 2), new Window(2, 6, 4), new Window(4, 8, 6));
  }

  @Test
  void fewerTokensThanABlockAreKept() {
    assertThat(Windows.blocks(3, 4, 2)).containsExactly(new Window(0, 2, 1), new Window(0, 3, 2));
  }

  @Test
  void aSlidingWindowEndsWithTheText() {
    assertThat(Windows.sliding(9, 4, 2))
        .containsExactly(
            new Window(0, 4, 1), new Window(2, 6, 4), new Window(4, 8, 6), new Window(6, 9, 8));
  }

  @Test
  void oneTokenPredictsNothing() {
    assertThat(Windows.blocks(1, 1024, 512)).isEmpty();
    assertThat(Windows.sliding(1, 1024, 512)).isEmpty();
    assertThat(Windows.sliding(0, 1024, 512)).isEmpty();
  }

  @Test
  void aShortModelGetsShortBlocks() {
    assertThat(Windows.blockSize(131072)).isEqualTo(1024);
    assertThat(Windows.stride(1024)).isEqualTo(512);
    assertThat(Windows.blockSize(256)).isEqualTo(256);
    assertThat(Windows.stride(256)).isEqualTo(128);
  }

  @Test
  void sizesAreChecked() {
    assertThatIllegalArgumentException().isThrownBy(() -> Windows.blocks(10, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> Windows.blocks(10, 4, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Windows.sliding(10, 4, 4));
    assertThatIllegalArgumentException().isThrownBy(() -> Windows.sliding(-1, 4, 2));
  }

  @Test
  void datastoreAsTheReference() throws IOException {
    JsonNode info = Goldens.json("dstore/info.json");
    List<Window> windows = Windows.blocks(info.get("tokens_total_with_bos").intValue(), 1024, 512);
    assertThat(windows).hasSize(info.get("windows").intValue());
    assertThat(windows.stream().mapToInt(Window::targets).sum())
        .isEqualTo(info.get("N").intValue());
  }

  @Test
  void perplexityAsTheReference() throws IOException {
    JsonNode goldens = Goldens.json("perplexity.json");
    JsonNode wikitext = goldens.get("wikitext");
    assertThat(Windows.sliding(wikitext.get("tokens").intValue(), 1024, 512))
        .extracting(Window::targets)
        .isEqualTo(targets(wikitext));
    JsonNode blocks = goldens.get("blocks");
    // scored labels, one fewer than tokens
    assertThat(Windows.blocks(blocks.get("tokens").intValue() + 1, 1024, 512))
        .extracting(Window::targets)
        .isEqualTo(targets(blocks));
  }

  private static List<Integer> targets(JsonNode style) {
    JsonNode targets = style.get("configs").get("base").get("window_targets");
    return StreamSupport.stream(targets.spliterator(), false).map(JsonNode::intValue).toList();
  }
}
