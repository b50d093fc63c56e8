package org.knnlm.index.build;

import java.util.Arrays;

/** The k nearest of each query over results that come one after the other. */
final class NearestSoFar {
  private final int k;
  private final float[][] distances;
  private final long[][] ids;

  NearestSoFar(int queries, int k) {
    this.k = k;
    this.distances = new float[queries][0];
    this.ids = new long[queries][0];
  }

  /**
   * Takes in the sorted results of another part of the keys.
   *
   * @param otherIds {@code [queries, width]}, counted from {@code firstId}; -1 for none
   */
  void merge(float[] otherDistances, long[] otherIds, int width, long firstId) {
    for (int q = 0; q < ids.length; q++) {
      int end = q * width;
      while (end < (q + 1) * width && otherIds[end] >= 0) {
        end++;
      }
      mergeRow(q, otherDistances, otherIds, q * width, end, firstId);
    }
  }

  private void mergeRow(int q, float[] other, long[] otherIds, int from, int end, long firstId) {
    float[] had = distances[q];
    int length = Math.min(k, had.length + end - from);
    float[] merged = new float[length];
    long[] mergedIds = new long[length];
    int a = 0;
    int b = from;
    for (int i = 0; i < length; i++) {
      if (b == end || (a < had.length && had[a] <= other[b])) {
        merged[i] = had[a];
        mergedIds[i] = ids[q][a++];
      } else {
        merged[i] = other[b];
        mergedIds[i] = otherIds[b++] + firstId;
      }
    }
    distances[q] = merged;
    ids[q] = mergedIds;
  }

  /** Ids of each query, nearest first, k of them or as many as there are. */
  long[][] ids() {
    return Arrays.copyOf(ids, ids.length);
  }
}
