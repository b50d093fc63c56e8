package org.knnlm.lm.transformer.gpt2;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.Optional;
import java.util.stream.LongStream;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.TorchOps;
import org.knnlm.lm.transformer.decoder.Input;
import org.knnlm.lm.transformer.decoder.Stream;

/**
 * Token embeddings plus learned embeddings of positions.
 *
 * @param tokens [V, H]
 * @param positions [positions, H]
 */
record Gpt2Input(PtNDArray tokens, PtNDArray positions) implements Input {
  @Override
  public Stream begin(TorchOps ops, NDManager pass, Batch batch) {
    long[] standing =
        batch.segments().stream()
            .flatMapToLong(
                segment ->
                    LongStream.range(
                        segment.position(), segment.position() + segment.tokenIds().length))
            .toArray();
    PtNDArray residual = ops.embed(pass, Torch.longs(pass, batch.tokenIds()), tokens);
    try (NDManager scratch = pass.newSubManager()) {
      ops.add(scratch, residual, ops.embed(scratch, Torch.longs(scratch, standing), positions));
    }
    return new Stream(residual, new Attention(pass, ops, batch), Optional.empty());
  }

  @Override
  public boolean keepsPrefixes(int sequenceLength) {
    return true;
  }
}
