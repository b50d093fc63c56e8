package org.knnlm.corpus;

import java.util.ArrayList;
import java.util.List;

/**
 * Overlapping windows over a run of tokens, in which every token but the first is predicted exactly
 * once (Geng, Zhao and Rush, arXiv 2408.11815; the strided evaluation of Hugging Face's language
 * modelling examples).
 */
public final class Windows {
  private static final int LARGEST_BLOCK = 1024;

  private Windows() {}

  /** Tokens in a block: 1024, or what the model can read when that is less. */
  public static int blockSize(int maxSequenceLength) {
    return Math.min(LARGEST_BLOCK, maxSequenceLength);
  }

  /** Tokens that each window adds: half a block, so that the other half is context. */
  public static int stride(int blockSize) {
    return Math.max(1, blockSize / 2);
  }

  /**
   * The windows of a datastore. Tokens are cut to a multiple of the block size when they fill at
   * least one block. A window ends every {@code stride} tokens, looks back at most {@code
   * blockSize} tokens and predicts the tokens since the end of the window before.
   *
   * @param tokens number of tokens
   * @param blockSize tokens in the longest window, at least 2
   * @param stride from 1 to {@code blockSize - 1}
   */
  public static List<Window> blocks(int tokens, int blockSize, int stride) {
    check(tokens, blockSize, stride);
    int total = tokens >= blockSize ? tokens - tokens % blockSize : tokens;
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < total; i += stride) {
      int start = Math.max(i + stride - blockSize, 0);
      add(windows, start, Math.min(i + stride, total), i);
    }
    return windows;
  }

  /**
   * The windows of a running text. A window starts every {@code stride} tokens, is {@code size}
   * tokens long, and predicts the tokens since the end of the window before.
   *
   * @param tokens number of tokens
   * @param size tokens in the longest window, at least 2
   * @param stride from 1 to {@code size - 1}
   */
  public static List<Window> sliding(int tokens, int size, int stride) {
    check(tokens, size, stride);
    List<Window> windows = new ArrayList<>();
    int previousEnd = 0;
    for (int start = 0; previousEnd < tokens; start += stride) {
      int end = Math.min(start + size, tokens);
      add(windows, start, end, previousEnd);
      previousEnd = end;
    }
    return windows;
  }

  private static void add(List<Window> windows, int start, int end, int firstNew) {
    int firstTarget = Math.max(firstNew, start + 1);
    if (firstTarget < end) {
      windows.add(new Window(start, end, firstTarget));
    }
  }

  private static void check(int tokens, int size, int stride) {
    if (tokens < 0) {
      throw new IllegalArgumentException("%d tokens".formatted(tokens));
    }
    if (size < 2) {
      throw new IllegalArgumentException(
          "a window of %d tokens, at least 2 are needed".formatted(size));
    }
    if (stride < 1 || stride >= size) {
      throw new IllegalArgumentException(
          "stride %d, allowed are 1 to %d".formatted(stride, size - 1));
    }
  }
}
