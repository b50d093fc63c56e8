package org.knnlm.index.search;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.knnlm.index.knn.Neighbors;

/** Puts neighbours in the order of their distances. */
public final class NeighborOrder {
  private NeighborOrder() {}

  /** Each row by distance, then by id; missing neighbours, whose distance is infinite, last. */
  public static Neighbors byDistance(Neighbors found) {
    int k = found.k();
    long[] ids = new long[found.ids().length];
    float[] distances = new float[ids.length];
    int[] tokens = new int[ids.length];
    for (int from = 0; from < ids.length; from += k) {
      Integer[] order = IntStream.range(from, from + k).boxed().toArray(Integer[]::new);
      Arrays.sort(
          order,
          Comparator.comparingDouble((Integer i) -> found.distances()[i])
              .thenComparingLong(i -> found.ids()[i]));
      for (int j = 0; j < k; j++) {
        ids[from + j] = found.ids()[order[j]];
        distances[from + j] = found.distances()[order[j]];
        tokens[from + j] = found.tokens()[order[j]];
      }
    }
    return new Neighbors(k, ids, distances, tokens);
  }
}
