package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.Rope;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.TorchOps;

/**
 * Token embeddings; positions are rotations of queries and keys.
 *
 * @param embedding [V, H]
 */
public record RotaryInput(PtNDArray embedding, Rope rope) implements Input {
  @Override
  public Stream begin(TorchOps ops, NDManager pass, Batch batch) {
    PtNDArray ids = Torch.longs(pass, batch.tokenIds());
    return new Stream(
        ops.embed(pass, ids, embedding),
        new Attention(pass, ops, batch),
        Optional.of(rotation(pass, batch)));
  }

  private Stream.Rotation rotation(NDManager pass, Batch batch) {
    int tokens = batch.tokens();
    int half = rope.dim() / 2;
    ByteBuffer cosines = buffer(tokens, half);
    ByteBuffer sines = buffer(tokens, half);
    var cosineRows = cosines.asFloatBuffer();
    var sineRows = sines.asFloatBuffer();
    for (Segment segment : batch.segments()) {
      rope.angles(segment.position(), segment.tokenIds().length, cosineRows, sineRows);
    }
    return new Stream.Rotation(
        Torch.floats(pass, cosines, tokens, half), Torch.floats(pass, sines, tokens, half));
  }

  private static ByteBuffer buffer(int rows, int columns) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(rows * columns, Float.BYTES))
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public boolean keepsPrefixes(int sequenceLength) {
    return rope.scaling().isFixedUpTo(sequenceLength);
  }
}
