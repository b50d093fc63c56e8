package org.knnlm.embedder.embedding;

import org.knnlm.corpus.Document;

/**
 * The tokens of consecutive documents, and where the keys that they give belong.
 *
 * @param index its place in the corpus, from 0
 * @param documents number of documents
 * @param firstToken index of its first token in the corpus
 * @param tokens number of tokens
 * @param tokensCrc32c CRC-32C of the tokens as they lie in the file of tokens
 * @param firstKey index of its first key in the datastore
 * @param keys number of keys
 */
record PartPlan(
    long index,
    int documents,
    long firstToken,
    int tokens,
    long tokensCrc32c,
    long firstKey,
    long keys) {
  /** For errors. */
  @Override
  public String toString() {
    long first = index * Document.BATCH;
    return "part %d (documents %d to %d)".formatted(index, first, first + documents - 1);
  }
}
