package org.knnlm.datastore;

import java.util.Optional;

/**
 * A key's value with the tokens around it.
 *
 * @param id the key
 * @param tokens token ids in their order
 * @param at index of the value among them
 * @param place where the value stands in the corpus; empty when the datastore does not say, and
 *     then the tokens may be of several documents
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Context(long id, int[] tokens, int at, Optional<Place> place) {
  /**
   * A token of a corpus.
   *
   * @param document its document's index in the corpus, from 0, blank documents not counted; in an
   *     appended datastore those of the corpora before come first
   * @param line its document's line in the corpus file, from 1
   * @param position its index among its document's tokens, from 0
   */
  public record Place(long document, long line, long position) {}
}
