package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.TorchOps;

/**
 * Root mean square norm (Zhang and Sennrich 2019).
 *
 * @param weight [H]
 */
record RmsNorm(PtNDArray weight, double epsilon) {
  PtNDArray of(TorchOps ops, NDManager into, PtNDArray x) {
    return ops.rmsNorm(into, x, weight, epsilon);
  }
}
