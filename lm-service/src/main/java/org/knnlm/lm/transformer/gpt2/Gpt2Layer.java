package org.knnlm.lm.transformer.gpt2;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.TorchOps;
import org.knnlm.lm.transformer.decoder.Layer;
import org.knnlm.lm.transformer.decoder.Stream;

/**
 * One decoder layer.
 *
 * @param qkv queries, keys and values, [3 H, H]
 * @param output of attention, [H, H]
 * @param up [innerSize, H]
 * @param down [H, innerSize]
 */
record Gpt2Layer(
    Attention.Heads heads,
    LayerNorm attentionNorm,
    Linear qkv,
    Linear output,
    LayerNorm mlpNorm,
    Linear up,
    Linear down)
    implements Layer {

  @Override
  public PtNDArray advance(TorchOps ops, NDManager scratch, int index, Stream stream) {
    PtNDArray residual = stream.residual();
    PtNDArray projected = ops.linear(scratch, attentionNorm.of(ops, scratch, residual), qkv);
    PtNDArray attended = stream.attention().attend(scratch, index, projected, heads);
    ops.addLinear(scratch, residual, attended, output);

    PtNDArray mlpInput = mlpNorm.of(ops, scratch, residual);
    PtNDArray activated = ops.geluTanh(scratch, ops.linear(scratch, mlpInput, up));
    ops.addLinear(scratch, residual, activated, down);
    return mlpInput;
  }
}
