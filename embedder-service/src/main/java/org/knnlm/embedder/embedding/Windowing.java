package org.knnlm.embedder.embedding;

import java.util.List;
import org.knnlm.corpus.Window;
import org.knnlm.corpus.Windows;

/**
 * How the tokens of a batch are cut into windows.
 *
 * @param blockSize tokens in the longest window
 * @param stride tokens between the ends of windows
 */
public record Windowing(int blockSize, int stride) {
  /** The longest blocks, up to 1024 tokens, that a model can read. */
  public static Windowing of(int maxSequenceLength) {
    int blockSize = Windows.blockSize(maxSequenceLength);
    return new Windowing(blockSize, Windows.stride(blockSize));
  }

  /** The windows over a number of tokens. */
  List<Window> windows(int tokens) {
    return Windows.blocks(tokens, blockSize, stride);
  }

  /** The keys that these windows give. */
  long keys(int tokens) {
    return windows(tokens).stream().mapToLong(Window::targets).sum();
  }
}
