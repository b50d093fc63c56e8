package org.knnlm.lm.score;

/**
 * A sequence whose tokens from {@code firstTarget} on are scored, each given those before it.
 *
 * @param firstTarget in [1, tokenIds.length)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Target(int[] tokenIds, int firstTarget) {
  public Target {
    if (firstTarget < 1 || firstTarget >= tokenIds.length) {
      throw new IllegalArgumentException(
          "first target %d of %d tokens".formatted(firstTarget, tokenIds.length));
    }
  }

  int count() {
    return tokenIds.length - firstTarget;
  }

  int[] tokens() {
    return java.util.Arrays.copyOfRange(tokenIds, firstTarget, tokenIds.length);
  }
}
