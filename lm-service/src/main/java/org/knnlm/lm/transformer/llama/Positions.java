package org.knnlm.lm.transformer.llama;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.knnlm.lm.transformer.Rope;
import org.knnlm.lm.transformer.Torch;

/**
 * Where each token stands in its sequence, as all layers need it.
 *
 * @param cosines of the rotary angles, [N, headDim / 2]
 * @param sines of the rotary angles, [N, headDim / 2]
 * @param lengths tokens of each sequence
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Positions(PtNDArray cosines, PtNDArray sines, long[] lengths) {
  static Positions of(NDManager into, Rope rope, long[] lengths, int tokens) {
    int half = rope.dim() / 2;
    ByteBuffer cosines = buffer(tokens, half);
    ByteBuffer sines = buffer(tokens, half);
    var cosineRows = cosines.asFloatBuffer();
    var sineRows = sines.asFloatBuffer();
    for (long length : lengths) {
      rope.angles((int) length, cosineRows, sineRows);
    }
    return new Positions(
        Torch.floats(into, cosines, tokens, half),
        Torch.floats(into, sines, tokens, half),
        lengths);
  }

  private static ByteBuffer buffer(int rows, int columns) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(rows * columns, Float.BYTES))
        .order(ByteOrder.nativeOrder());
  }
}
