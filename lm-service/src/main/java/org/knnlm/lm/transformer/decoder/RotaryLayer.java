package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.TorchOps;

/**
 * The layer of Llama (Touvron et al. 2023) and its descendants: root mean square norms, rotary
 * attention with shared key heads, SwiGLU.
 *
 * @param qkv queries, keys and values, [(heads + 2 kvHeads) dim, H]
 * @param output of attention, [H, heads dim]
 * @param gateUp [2 intermediateSize, H]
 * @param down [H, intermediateSize]
 */
record RotaryLayer(
    int queryHeads,
    Attention.Heads heads,
    RmsNorm attentionNorm,
    Linear qkv,
    Linear output,
    RmsNorm mlpNorm,
    Linear gateUp,
    Linear down)
    implements Layer {

  @Override
  public PtNDArray advance(TorchOps ops, NDManager scratch, int index, Stream stream) {
    PtNDArray residual = stream.residual();
    PtNDArray projected = ops.linear(scratch, attentionNorm.of(ops, scratch, residual), qkv);
    Stream.Rotation rotation = stream.rotation().orElseThrow();
    PtNDArray rotated =
        ops.rotate(
            scratch, projected, rotation.cosines(), rotation.sines(), queryHeads + heads.kvHeads());
    PtNDArray attended = stream.attention().attend(scratch, index, rotated, heads);
    ops.addLinear(scratch, residual, attended, output);

    PtNDArray mlpInput = mlpNorm.of(ops, scratch, residual);
    PtNDArray activated = ops.swiglu(scratch, ops.linear(scratch, mlpInput, gateUp));
    ops.addLinear(scratch, residual, activated, down);
    return mlpInput;
  }
}
