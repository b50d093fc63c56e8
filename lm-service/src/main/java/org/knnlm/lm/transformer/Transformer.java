package org.knnlm.lm.transformer;

/** A loaded model. Made, used and closed on one thread. */
public interface Transformer extends AutoCloseable {
  Dimensions dimensions();

  /**
   * Runs the decoder over sequences that do not see each other.
   *
   * @param sequences every id within the vocabulary, no sequence empty or longer than {@link
   *     Dimensions#maxSequenceLength}
   */
  ForwardPass forward(Sequences sequences);

  /** Frees the weights. */
  @Override
  void close();
}
