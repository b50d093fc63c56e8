package org.knnlm.corpus;

/**
 * A stretch of tokens that a language model reads at once. It predicts the tokens {@code
 * firstTarget} to {@code end}; what comes before them is context.
 *
 * @param start index of the first token
 * @param end index after the last token
 * @param firstTarget index of the first token that is predicted: nothing predicts the first token
 *     of a window, so {@code start < firstTarget < end}
 */
public record Window(int start, int end, int firstTarget) {
  public Window {
    if (start < 0 || firstTarget <= start || end <= firstTarget) {
      throw new IllegalArgumentException(
          "no window: start %d, first target %d, end %d".formatted(start, firstTarget, end));
    }
  }

  /** Tokens in the window. */
  public int length() {
    return end - start;
  }

  /** Tokens that it predicts. */
  public int targets() {
    return end - firstTarget;
  }

  /** Position within the window, from 0, whose output predicts the first target. */
  public int firstPosition() {
    return firstTarget - 1 - start;
  }
}
