package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.TorchOps;

/** One decoder layer. */
public interface Layer {
  /**
   * Advances the residual stream in place.
   *
   * @param scratch owns what is made on the way, the result included
   * @param index of this layer
   * @return input of the MLP, float32 [N, H]
   */
  PtNDArray advance(TorchOps ops, NDManager scratch, int index, Stream stream);
}
