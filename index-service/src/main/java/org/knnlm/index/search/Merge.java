package org.knnlm.index.search;

import org.knnlm.index.knn.Neighbors;

/** The k best of two sorted lists of neighbours, by distance and then by id. */
final class Merge {
  private Merge() {}

  /**
   * Merges rows of {@code k} into the first pair of arrays. Ids of -1 stand for no neighbour and
   * come last.
   *
   * @param distances in and out, ascending in each row
   * @param ids in and out
   */
  static void into(float[] distances, long[] ids, float[] otherDistances, long[] otherIds, int k) {
    float[] rowDistances = new float[k];
    long[] rowIds = new long[k];
    for (int from = 0; from < ids.length; from += k) {
      int a = from;
      int b = from;
      for (int i = 0; i < k; i++) {
        boolean first = isBefore(distances[a], ids[a], otherDistances[b], otherIds[b]);
        rowDistances[i] = first ? distances[a] : otherDistances[b];
        rowIds[i] = first ? ids[a++] : otherIds[b++];
      }
      System.arraycopy(rowDistances, 0, distances, from, k);
      System.arraycopy(rowIds, 0, ids, from, k);
    }
  }

  private static boolean isBefore(float distance, long id, float otherDistance, long otherId) {
    if (id == Neighbors.NONE || otherId == Neighbors.NONE) {
      return otherId == Neighbors.NONE;
    }
    return distance < otherDistance || (distance == otherDistance && id < otherId);
  }
}
