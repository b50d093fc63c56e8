package org.knnlm.eval.statistics;

/**
 * Bootstrap of a mean over a sequence whose neighbours are alike, as the windows of a text are:
 * whole blocks are drawn, and the sequence is closed to a circle so that every element is drawn as
 * often (Politis and Romano 1992).
 */
final class BlockBootstrap {
  private final int size;
  private final int blockLength;

  /** Sums of the first i elements of the sequence, written twice in a row. */
  private final double[] weights;

  private final double[] products;

  /**
   * Blocks of the usual length.
   *
   * @param values in order
   * @param weights of each
   * @throws IllegalArgumentException when they are not as many, none, not finite, or a weight is
   *     not greater than 0
   */
  BlockBootstrap(double[] values, double[] weights) {
    this.size = values.length;
    if (size == 0 || size != weights.length) {
      throw new IllegalArgumentException(
          "losses of %d windows, weights of %d".formatted(size, weights.length));
    }
    this.blockLength = blockLength(size);
    this.weights = new double[2 * size + 1];
    this.products = new double[2 * size + 1];
    for (int i = 0; i < 2 * size; i++) {
      double value = values[i % size];
      double weight = weights[i % size];
      if (!Double.isFinite(value) || !(weight > 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            "window %d: found %s with the weight %s".formatted(i, value, weight));
      }
      this.weights[i + 1] = this.weights[i] + weight;
      this.products[i + 1] = this.products[i] + weight * value;
    }
  }

  /**
   * The usual block length without knowledge of the sequence, the cubic root of its size (Hall,
   * Horowitz and Jing 1995), rounded up.
   */
  static int blockLength(int size) {
    int length = 1;
    while ((long) length * length * length < size) {
      length++;
    }
    return length;
  }

  int blockLength() {
    return blockLength;
  }

  /** The weighted mean. */
  double mean() {
    return products[size] / weights[size];
  }

  /** The weighted mean of a resample; its last block is cut to the size of the sequence. */
  double resampledMean(SplitMix64 random) {
    double weight = 0;
    double product = 0;
    for (int drawn = 0; drawn < size; drawn += blockLength) {
      int start = random.below(size);
      int end = start + Math.min(blockLength, size - drawn);
      weight += weights[end] - weights[start];
      product += products[end] - products[start];
    }
    return product / weight;
  }
}
