package org.knnlm.eval.lm;

import java.util.Arrays;

/**
 * A sequence to score; its targets are {@code tokens[firstTarget .. end)}.
 *
 * @param tokens not copied
 * @param firstTarget from 1
 * @param right whether the targets are a right answer, which an {@link Oracle} puts among the
 *     neighbours
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and boxing a window's tokens is waste
public record Sequence(int[] tokens, int firstTarget, boolean right) {
  public Sequence {
    if (firstTarget < 1 || firstTarget >= tokens.length) {
      throw new IllegalArgumentException(
          "first target %d of %d tokens".formatted(firstTarget, tokens.length));
    }
  }

  /** A sequence whose targets no oracle knows. */
  public Sequence(int[] tokens, int firstTarget) {
    this(tokens, firstTarget, false);
  }

  /** Number of targets. */
  public int targets() {
    return tokens.length - firstTarget;
  }

  @Override
  public String toString() {
    return Arrays.toString(tokens) + " from " + firstTarget;
  }
}
