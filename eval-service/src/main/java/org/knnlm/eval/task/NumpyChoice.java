package org.knnlm.eval.task;

/**
 * {@code numpy.random.seed(seed); numpy.random.choice(n, size, replace=False)}: the first of a
 * permutation that is drawn with the Mersenne twister MT19937 (Matsumoto and Nishimura 1998).
 */
final class NumpyChoice {
  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int next = N;

  private NumpyChoice(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  static int[] draw(int n, int size, int seed) {
    var random = new NumpyChoice(seed);
    int[] items = new int[n];
    for (int i = 0; i < n; i++) {
      items[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = random.atMost(i);
      int item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return java.util.Arrays.copyOf(items, Math.min(size, n));
  }

  /** Numbers of as many bits as the greatest has, until one is not greater. */
  private int atMost(int max) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(max);
    int value = nextInt() & mask;
    while (value > max) {
      value = nextInt() & mask;
    }
    return value;
  }

  private int nextInt() {
    if (next == N) {
      for (int i = 0; i < N; i++) {
        int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
        state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
      }
      next = 0;
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }
}
