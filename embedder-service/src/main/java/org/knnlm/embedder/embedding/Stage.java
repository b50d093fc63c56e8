package org.knnlm.embedder.embedding;

/** What is being done to a corpus. */
public enum Stage {
  /** Tokenizing and counting. */
  TOKENIZING,
  /** Running windows through the model. */
  EMBEDDING,
  /** The datastore is published. */
  DONE
}
