package org.knnlm.embedder.embedding;

import org.knnlm.corpus.Document;

/**
 * The tokens of consecutive documents, and the keys that they give.
 *
 * @param index its place in the corpus, from 0
 * @param documents number of documents
 * @param firstToken index of its first token in the corpus
 * @param tokens number of tokens
 * @param firstKey index of its first key in the datastore
 * @param keys number of keys
 */
record Batch(long index, int documents, long firstToken, int tokens, long firstKey, long keys) {
  /** For errors. */
  @Override
  public String toString() {
    long first = index * Document.BATCH;
    return "batch %d (documents %d to %d)".formatted(index, first, first + documents - 1);
  }
}
