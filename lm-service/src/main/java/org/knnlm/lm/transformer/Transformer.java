package org.knnlm.lm.transformer;

/** A loaded model. Made, used and closed on one thread. */
public interface Transformer extends AutoCloseable {
  Dimensions dimensions();

  /**
   * Runs the decoder over segments of sequences that see nothing of each other.
   *
   * @param batch every id within the vocabulary, no sequence longer than {@link
   *     Dimensions#maxSequenceLength}
   */
  ForwardPass forward(Batch batch);

  /** Room for the keys and values of a sequence of up to so many positions. */
  KvCache newCache(int capacity);

  /** Memory that a cache of so many positions takes. */
  long cacheBytes(int capacity);

  /**
   * Whether the keys and values of a prefix are the same in every sequence of up to so many tokens,
   * so that a cache may stand for it. Dynamic rope scaling turns them by the whole length.
   */
  boolean keepsPrefixes(int sequenceLength);

  /** Frees the weights. */
  @Override
  void close();
}
