package org.knnlm.index.search;

import org.knnlm.index.knn.Neighbors;

/** The k best of two lists of neighbours, by the index's distance and then by id. */
public final class Merge {
  private final int[] picks;

  /** Decides, for each place of rows of {@code k}, whose neighbour comes there. */
  private Merge(int k, float[] order, long[] ids, float[] otherOrder, long[] otherIds) {
    picks = new int[ids.length];
    for (int from = 0; from < ids.length; from += k) {
      int a = from;
      int b = from;
      for (int i = from; i < from + k; i++) {
        picks[i] = isBefore(order[a], ids[a], otherOrder[b], otherIds[b]) ? a++ : ~b++;
      }
    }
  }

  private static boolean isBefore(float distance, long id, float otherDistance, long otherId) {
    if (id == Neighbors.NONE || otherId == Neighbors.NONE) {
      return otherId == Neighbors.NONE;
    }
    return distance < otherDistance || (distance == otherDistance && id < otherId);
  }

  /** The best of both, whose rows are in the order of their indexes. */
  public static Neighbors of(Neighbors a, Neighbors b) {
    var merge = new Merge(a.k(), a.order(), a.ids(), b.order(), b.ids());
    float[] order = merge.picked(a.order(), b.order());
    boolean same = a.distances() == a.order() && b.distances() == b.order();
    float[] distances = same ? order : merge.picked(a.distances(), b.distances());
    return new Neighbors(
        a.k(),
        merge.picked(a.ids(), b.ids()),
        order,
        distances,
        merge.picked(a.tokens(), b.tokens()));
  }

  /** The best of both, by the index's distances. */
  static Found of(int k, Found a, Found b) {
    var merge = new Merge(k, a.order(), a.ids(), b.order(), b.ids());
    float[] order = merge.picked(a.order(), b.order());
    return new Found(merge.picked(a.ids(), b.ids()), order, order);
  }

  private float[] picked(float[] a, float[] b) {
    float[] picked = new float[picks.length];
    for (int i = 0; i < picks.length; i++) {
      picked[i] = picks[i] >= 0 ? a[picks[i]] : b[~picks[i]];
    }
    return picked;
  }

  private long[] picked(long[] a, long[] b) {
    long[] picked = new long[picks.length];
    for (int i = 0; i < picks.length; i++) {
      picked[i] = picks[i] >= 0 ? a[picks[i]] : b[~picks[i]];
    }
    return picked;
  }

  private int[] picked(int[] a, int[] b) {
    int[] picked = new int[picks.length];
    for (int i = 0; i < picks.length; i++) {
      picked[i] = picks[i] >= 0 ? a[picks[i]] : b[~picks[i]];
    }
    return picked;
  }
}
