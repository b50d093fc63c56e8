package org.knnlm.eval.statistics;

/**
 * The generator SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Spelt out, because the library
 * does not promise which numbers its generators give.
 */
public final class SplitMix64 {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  /** The generator of a seed: the first number is that of {@code new SplittableRandom(seed)}. */
  SplitMix64(long seed) {
    this.state = seed;
  }

  /** One of many generators of a seed, so that they can run in any order. */
  public static SplitMix64 stream(long seed, int number) {
    return new SplitMix64(mix(mix(seed) + number));
  }

  /** Any 64 bits. */
  long next() {
    state += GAMMA;
    return mix(state);
  }

  /** A number in [0, 1), a multiple of 2^-53. */
  double uniform() {
    return (next() >>> 11) * 0x1p-53;
  }

  /** A whole number in [0, bound); no two of them differ in probability by more than 2^-64. */
  public int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(next(), bound);
  }

  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
