package org.knnlm.index.search;

import java.util.stream.IntStream;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.knn.Neighbors;

/** Squared L2 distances from the stored keys, in place of an index's approximations. */
final class ExactDistances {
  private final Datastore datastore;

  ExactDistances(Datastore datastore) {
    this.datastore = datastore;
  }

  /** The same neighbours in the same order, with exact distances. */
  Neighbors of(float[] queries, Neighbors approximate) {
    int d = datastore.dimension();
    int k = approximate.k();
    float[] distances = new float[approximate.ids().length];
    IntStream.range(0, approximate.queries())
        .parallel()
        .forEach(
            q -> {
              float[] key = new float[d];
              for (int i = q * k; i < (q + 1) * k; i++) {
                long id = approximate.ids()[i];
                if (id == Neighbors.NONE) {
                  distances[i] = Float.POSITIVE_INFINITY;
                } else {
                  datastore.key(id, key, 0);
                  distances[i] = squaredL2(queries, q * d, key);
                }
              }
            });
    return new Neighbors(k, approximate.ids(), distances, approximate.tokens());
  }

  /**
   * Four sums at a time: Java keeps the order of a single floating-point sum, which leaves the
   * processor idle.
   */
  static float squaredL2(float[] queries, int from, float[] key) {
    float a = 0;
    float b = 0;
    float c = 0;
    float e = 0;
    int i = 0;
    for (; i + 4 <= key.length; i += 4) {
      float x = queries[from + i] - key[i];
      float y = queries[from + i + 1] - key[i + 1];
      float z = queries[from + i + 2] - key[i + 2];
      float w = queries[from + i + 3] - key[i + 3];
      a = Math.fma(x, x, a);
      b = Math.fma(y, y, b);
      c = Math.fma(z, z, c);
      e = Math.fma(w, w, e);
    }
    for (; i < key.length; i++) {
      float x = queries[from + i] - key[i];
      a = Math.fma(x, x, a);
    }
    return (a + b) + (c + e);
  }
}
