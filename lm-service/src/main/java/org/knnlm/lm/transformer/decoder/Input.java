package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.TorchOps;

/** The beginning of a decoder: tokens and where they stand. */
public interface Input {
  /**
   * What goes into the first layer.
   *
   * @param pass owns it
   */
  Stream begin(TorchOps ops, NDManager pass, Batch batch);

  /**
   * Whether the keys and values of a prefix are the same in every sequence of up to so many tokens.
   */
  boolean keepsPrefixes(int sequenceLength);
}
