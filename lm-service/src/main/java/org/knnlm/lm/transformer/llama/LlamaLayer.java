package org.knnlm.lm.transformer.llama;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.TorchOps;

/**
 * One decoder layer.
 *
 * @param qkv queries, keys and values, [(heads + 2 kvHeads) headDim, H]
 * @param output of attention, [H, heads headDim]
 * @param gateUp [2 intermediateSize, H]
 * @param down [H, intermediateSize]
 */
record LlamaLayer(
    LlamaConfig config,
    PtNDArray inputNorm,
    Linear qkv,
    Linear output,
    PtNDArray postAttentionNorm,
    Linear gateUp,
    Linear down) {

  /**
   * Advances the residual stream [N, H] in place.
   *
   * @param scratch owns what is made on the way, the result included
   * @return input of the MLP, [N, H]
   */
  PtNDArray advance(TorchOps ops, NDManager scratch, PtNDArray residual, Positions positions) {
    PtNDArray attentionInput = ops.rmsNorm(scratch, residual, inputNorm, config.normEpsilon());
    PtNDArray attended =
        ops.attend(
            scratch,
            ops.linear(scratch, attentionInput, qkv),
            positions.cosines(),
            positions.sines(),
            positions.lengths(),
            config.heads(),
            config.kvHeads());
    ops.addLinear(scratch, residual, attended, output);

    PtNDArray mlpInput = ops.rmsNorm(scratch, residual, postAttentionNorm, config.normEpsilon());
    PtNDArray activated = ops.swiglu(scratch, ops.linear(scratch, mlpInput, gateUp));
    ops.addLinear(scratch, residual, activated, down);
    return mlpInput;
  }
}
