package org.knnlm.lm.retrieval;

import java.util.Optional;

/**
 * A key that is near, and where it comes from.
 *
 * @param id position in the datastore
 * @param token its value: the token that followed it
 * @param distance squared L2
 * @param weight what it adds to p_kNN of its value
 * @param before tokens before the value
 * @param after tokens after the value
 * @param place where the value stands in the corpus; empty when the datastore does not say
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Neighbor(
    long id,
    int token,
    float distance,
    float weight,
    int[] before,
    int[] after,
    Optional<Place> place) {
  /**
   * A token of a corpus.
   *
   * @param document index of its document
   * @param line of the document in the corpus file, from 1
   * @param position among the document's tokens
   */
  public record Place(long document, long line, long position) {}
}
