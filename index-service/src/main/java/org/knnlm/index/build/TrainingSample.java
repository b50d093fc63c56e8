package org.knnlm.index.build;

import java.util.SplittableRandom;

/**
 * The draw of keys to train on: without replacement, seeded, sorted by position so that the keys
 * are read once.
 */
final class TrainingSample {
  private TrainingSample() {}

  /**
   * Draws positions by selection sampling (Knuth, TAOCP volume 2, section 3.4.2, algorithm S).
   *
   * @param size how many, at most {@code keys}
   * @return ascending positions
   */
  static long[] draw(long keys, int size, long seed) {
    if (size < 0 || size > keys) {
      throw new IllegalArgumentException("%d of %d keys".formatted(size, keys));
    }
    var random = new SplittableRandom(seed);
    long[] drawn = new long[size];
    int taken = 0;
    for (long i = 0; taken < size; i++) {
      if (random.nextDouble() * (keys - i) < size - taken) {
        drawn[taken++] = i;
      }
    }
    return drawn;
  }
}
