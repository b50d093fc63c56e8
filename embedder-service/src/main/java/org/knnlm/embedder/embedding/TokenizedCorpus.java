package org.knnlm.embedder.embedding;

import java.util.List;

/**
 * A corpus of which every token is known.
 *
 * @param batches its batches, in order
 * @param documents number of documents
 * @param sha256 digest of the file that was read
 * @param windowing how its batches are cut
 * @param tokens the tokens, batch after batch
 */
record TokenizedCorpus(
    List<Batch> batches, long documents, String sha256, Windowing windowing, TokenFile tokens) {
  long keys() {
    return batches.stream().mapToLong(Batch::keys).sum();
  }
}
