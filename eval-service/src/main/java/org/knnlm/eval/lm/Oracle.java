package org.knnlm.eval.lm;

/**
 * Puts the right answer's tokens among the neighbours: what perfect retrieval would change (Geng,
 * Zhao and Rush, arXiv 2408.11815). The last of the k neighbours give way to them.
 */
public sealed interface Oracle {
  /**
   * They take the distance of the neighbour of a rank.
   *
   * @param rank from 1 to k
   */
  record Rank(int rank) implements Oracle {}

  /**
   * They have a set distance.
   *
   * @param distance squared L2, finite and at least 0
   */
  record Distance(float distance) implements Oracle {}
}
