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
   * @param values in order
   * @param weights of each, greater than 0
   * @param blockLength elements in a block, 1 to the number of values
   */
  BlockBootstrap(double[] values, double[] weights, int blockLength) {
    this.size = values.length;
    if (blockLength < 1 || blockLength > size) {
      throw new IllegalArgumentException(
          "block length: found %d, allowed is 1 to %d".formatted(blockLength, size));
    }
    this.blockLength = blockLength;
    this.weights = new double[2 * size + 1];
    this.products = new double[2 * size + 1];
    for (int i = 0; i < 2 * size; i++) {
      double weight = weights[i % size];
      this.weights[i + 1] = this.weights[i] + weight;
      this.products[i + 1] = this.products[i] + weight * values[i % size];
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
