package org.knnlm.lm.score;

import java.util.Arrays;

/**
 * A sequence whose tokens from {@code firstTarget} on are scored, each given those before it.
 *
 * @param firstTarget in [1, tokenIds.length)
 * @param right whether oracles put what is scored among the neighbours
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Target(int[] tokenIds, int firstTarget, boolean right) {
  public Target {
    if (firstTarget < 1 || firstTarget >= tokenIds.length) {
      throw new IllegalArgumentException(
          "first target %d of %d tokens".formatted(firstTarget, tokenIds.length));
    }
  }

  /** A sequence that no oracle knows of. */
  public Target(int[] tokenIds, int firstTarget) {
    this(tokenIds, firstTarget, false);
  }

  int[] context() {
    return Arrays.copyOf(tokenIds, firstTarget);
  }

  /** Tokens from {@code begin} on that go through the model: the last one predicts nothing. */
  int[] input(int begin) {
    return Arrays.copyOfRange(tokenIds, begin, tokenIds.length - 1);
  }

  int count() {
    return tokenIds.length - firstTarget;
  }

  int[] tokens() {
    return Arrays.copyOfRange(tokenIds, firstTarget, tokenIds.length);
  }
}
