package org.knnlm.lm.transformer.gpt2;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.TorchOps;

/**
 * Layer norm (Ba et al. 2016).
 *
 * @param weight [H]
 * @param bias [H]
 */
record LayerNorm(PtNDArray weight, PtNDArray bias, double epsilon) {
  PtNDArray of(TorchOps ops, NDManager into, PtNDArray x) {
    return ops.layerNorm(into, x, weight, bias, epsilon);
  }
}
