package org.knnlm.index.knn;

import java.util.Arrays;

/**
 * Puts tokens that are known to be right among the k neighbours of a query: what perfect retrieval
 * would give (Geng, Zhao and Rush, arXiv 2408.11815). The last neighbours give way, so that k of
 * them remain: with c right tokens at the distance d, p(v) is the softmax over the first k - c
 * neighbours in the order of the index and c more at d, whose values are the right tokens.
 */
public sealed interface Oracle {
  /**
   * Right tokens have the distance of a neighbour: it and those after it shift back.
   *
   * @param rank of that neighbour in the order of the index, from 1; where fewer were reached, the
   *     last one counts, and where none was, any distance
   */
  record Rank(int rank) implements Oracle {
    /**
     * @throws IllegalArgumentException when the rank is below 1
     */
    public Rank {
      if (rank < 1) {
        throw new IllegalArgumentException("found %d, at least 1 is needed".formatted(rank));
      }
    }
  }

  /**
   * Right tokens have a set distance.
   *
   * @param distance squared L2, finite and at least 0
   */
  record Distance(float distance) implements Oracle {
    /**
     * @throws IllegalArgumentException when there is no such distance
     */
    public Distance {
      if (!(distance >= 0 && Float.isFinite(distance))) {
        throw new IllegalArgumentException(
            "found %s, a finite number of at least 0 is needed".formatted(distance));
      }
    }
  }

  /**
   * The k neighbours of a query with right tokens among them, which come first: a softmax does not
   * care for the order.
   *
   * @param right at most k tokens
   */
  default Neighbors among(Neighbors neighbors, int query, int k, int[] right) {
    int from = query * neighbors.k();
    int reached = 0;
    while (reached < k && neighbors.ids()[from + reached] != Neighbors.NONE) {
      reached++;
    }
    int kept = Math.min(reached, k - right.length);
    long[] ids = new long[k];
    float[] distances = new float[k];
    int[] tokens = Arrays.copyOf(right, k);
    Arrays.fill(ids, Neighbors.NONE);
    Arrays.fill(ids, 0, right.length, Neighbors.ORACLE);
    Arrays.fill(distances, Float.POSITIVE_INFINITY);
    Arrays.fill(distances, 0, right.length, distance(neighbors, from, reached));
    Arrays.fill(tokens, right.length, k, Neighbors.NONE);
    System.arraycopy(neighbors.ids(), from, ids, right.length, kept);
    System.arraycopy(neighbors.distances(), from, distances, right.length, kept);
    System.arraycopy(neighbors.tokens(), from, tokens, right.length, kept);
    return new Neighbors(k, ids, distances, tokens);
  }

  private float distance(Neighbors neighbors, int from, int reached) {
    return switch (this) {
      case Rank(int rank) ->
          reached == 0 ? 0 : neighbors.distances()[from + Math.min(rank, reached) - 1];
      case Distance(float distance) -> distance;
    };
  }
}
