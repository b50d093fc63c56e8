package org.knnlm.faiss;

/** The answer of one search. */
final class Neighbours {
  private final long[] ids;
  private final float[] distances;

  private Neighbours(int size) {
    ids = new long[size];
    distances = new float[size];
  }

  static Neighbours of(FaissIndex index, float[] queries, int k, int nprobe) {
    Neighbours found = new Neighbours(queries.length / index.d() * k);
    index.search(queries, k, nprobe, found.distances, found.ids);
    return found;
  }

  long[] ids() {
    return ids;
  }

  float[] distances() {
    return distances;
  }
}
