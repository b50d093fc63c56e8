package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;

/**
 * Rows of a pass that outlive it, from which logits are made as they are asked for. Used on the
 * model's thread.
 */
public final class LogitSource implements AutoCloseable {
  private final NDManager manager;
  private final TorchOps ops;
  private final PtNDArray normed;
  private final PtNDArray head;

  LogitSource(NDManager manager, TorchOps ops, PtNDArray normed, PtNDArray head) {
    this.manager = manager;
    this.ops = ops;
    this.normed = normed;
    this.head = head;
  }

  /**
   * Logits, float32 [end - begin, V]; ask for few at a time.
   *
   * @throws NotFiniteException when one is NaN or infinite
   */
  public ByteBuffer rows(int begin, int end) {
    try (NDManager scratch = manager.newSubManager()) {
      long[] index = java.util.stream.LongStream.range(begin, end).toArray();
      PtNDArray rows = ops.rows(scratch, normed, Torch.longs(scratch, index));
      PtNDArray logits = ops.logits(scratch, rows, head);
      if (!ops.finite(logits)) {
        throw new NotFiniteException("the logits hold NaN or infinity");
      }
      return Torch.copy(logits);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
