package org.knnlm.eval.lm;

import java.util.Optional;

/**
 * A key of a datastore that is near a position, and where it comes from.
 *
 * @param key its number in the datastore
 * @param token its value: the token that followed it
 * @param distance squared L2
 * @param weight what it adds to p_kNN of its value
 * @param before tokens before the value
 * @param after tokens after the value
 * @param place where the value stands in the corpus; empty when the datastore does not say
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Neighbour(
    long key,
    int token,
    float distance,
    float weight,
    int[] before,
    int[] after,
    Optional<Place> place) {
  /**
   * A token of a corpus.
   *
   * @param document index of its document, from 0
   * @param line of the document in the corpus file, from 1
   * @param position among the document's tokens, from 0
   */
  public record Place(long document, long line, long position) {}

  /**
   * How much is to be told of neighbours.
   *
   * @param count how many of the k nearest
   * @param before most tokens before the value of each
   * @param after most tokens after it
   */
  public record Surroundings(int count, int before, int after) {}
}
