package org.knnlm.lm.retrieval;

/**
 * Where tokens that are known to be right come among the k neighbours of a position; as many of the
 * last neighbours give way to them.
 */
public sealed interface Oracle {
  /**
   * They have the distance of a neighbour.
   *
   * @param rank of that neighbour, from 1 to k
   */
  record Rank(int rank) implements Oracle {}

  /**
   * They have a set distance.
   *
   * @param distance squared L2, finite and at least 0
   */
  record Distance(float distance) implements Oracle {
    public Distance {
      if (!(distance >= 0 && Float.isFinite(distance))) {
        throw new IllegalArgumentException(
            "distance is %s, but must be finite and at least 0".formatted(distance));
      }
    }
  }
}
