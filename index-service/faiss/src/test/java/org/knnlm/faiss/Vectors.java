package org.knnlm.faiss;

import java.util.Random;

/** Made-up vectors and the naive search that faiss is held against. */
final class Vectors {
  private Vectors() {}

  /** {@code [n, d]} around as many centres as there are 50 vectors, so that lists are uneven. */
  static float[] clustered(long seed, int n, int d) {
    Random random = new Random(seed);
    int centres = Math.max(1, n / 50);
    float[] centre = new float[centres * d];
    for (int i = 0; i < centre.length; i++) {
      centre[i] = (float) (4 * random.nextGaussian());
    }
    float[] vectors = new float[n * d];
    for (int i = 0; i < n; i++) {
      int c = random.nextInt(centres);
      for (int j = 0; j < d; j++) {
        vectors[i * d + j] = centre[c * d + j] + (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  static double squaredDistance(int d, float[] a, int i, float[] b, int j) {
    double sum = 0;
    for (int x = 0; x < d; x++) {
      double difference = (double) a[i * d + x] - b[j * d + x];
      sum += difference * difference;
    }
    return sum;
  }
}
