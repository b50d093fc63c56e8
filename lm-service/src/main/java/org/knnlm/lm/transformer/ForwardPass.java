package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a forward pass leaves behind: the last layer's hidden states of every position, from which
 * logits are made as they are asked for. Used on the model's thread; holds native memory until it
 * is closed.
 */
public final class ForwardPass implements AutoCloseable {
  /** Rows of logits that are held at a time: enough for the matrix product, small beside it. */
  private static final int LOGIT_ROWS = 128;

  private final NDManager manager;
  private final TorchOps ops;
  private final Sequences sequences;
  private final PtNDArray ffnInput;
  private final PtNDArray ffnOutput;
  private final Head head;

  /** The end of a model: its final norm and the matrix to the vocabulary. */
  public interface Head {
    /** The final norm of hidden states [N, H]. */
    PtNDArray norm(NDManager into, PtNDArray hidden);

    /** [V, H], packed or not. */
    PtNDArray weight();
  }

  /**
   * Takes over what a model has computed.
   *
   * @param manager owns the tensors of this pass, and is closed with it
   * @param ffnInput {@link HiddenState#LAST_FFN_INPUT} of every token, [N, H]
   * @param ffnOutput {@link HiddenState#LAST_FFN_OUTPUT} of every token, [N, H]
   */
  public ForwardPass(
      NDManager manager,
      TorchOps ops,
      Sequences sequences,
      PtNDArray ffnInput,
      PtNDArray ffnOutput,
      Head head) {
    this.manager = manager;
    this.ops = ops;
    this.sequences = sequences;
    this.ffnInput = ffnInput;
    this.ffnOutput = ffnOutput;
    this.head = head;
  }

  /**
   * Natural logarithms of the probabilities of a sequence's tokens from {@code firstTarget} &gt;= 1
   * on, each given those before it.
   *
   * @throws NotFiniteException when one is NaN or infinite
   */
  public float[] logProbs(int sequence, int firstTarget) {
    int[] ids = sequences.tokenIds().get(sequence);
    int[] positions = range(firstTarget - 1, ids.length - 1);
    long[] targets = new long[positions.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = ids[firstTarget + i];
    }
    try (NDManager scratch = manager.newSubManager()) {
      PtNDArray normed = head.norm(scratch, rows(scratch, ffnOutput, sequence, positions));
      PtNDArray result =
          ops.targetLogProbs(
              scratch, normed, head.weight(), Torch.longs(scratch, targets), LOGIT_ROWS);
      float[] logProbs = new float[targets.length];
      Torch.memory(result).asFloatBuffer().get(logProbs);
      for (int i = 0; i < logProbs.length; i++) {
        if (!Float.isFinite(logProbs[i])) {
          throw new NotFiniteException(
              "the log probability of token %d (id %d) of the sequence is %s"
                  .formatted(firstTarget + i, ids[firstTarget + i], logProbs[i]));
        }
      }
      return logProbs;
    }
  }

  /**
   * Hidden states of a sequence's positions, [positions, H].
   *
   * @throws NotFiniteException when one is not finite, or not in float16 when that is asked for
   */
  public ByteBuffer hiddenStates(
      int sequence, int[] positions, HiddenState which, FloatFormat format) {
    PtNDArray all =
        switch (which) {
          case LAST_FFN_INPUT -> ffnInput;
          case LAST_FFN_OUTPUT -> ffnOutput;
        };
    try (NDManager scratch = manager.newSubManager()) {
      PtNDArray rows = rows(scratch, all, sequence, positions);
      if (!ops.finite(rows)) {
        throw new NotFiniteException(
            "the hidden state %s of the last layer holds NaN or infinity".formatted(which));
      }
      if (format == FloatFormat.FP32) {
        return copy(rows);
      }
      PtNDArray half = ops.half(scratch, rows);
      if (!ops.finite(half)) {
        throw new NotFiniteException(
            "the hidden state %s of the last layer exceeds the range of FP16: ask for FP32"
                .formatted(which));
      }
      return copy(half);
    }
  }

  /**
   * Logits of a sequence's positions, float32 [positions, V]; ask for few at a time.
   *
   * @throws NotFiniteException when one is NaN or infinite
   */
  public ByteBuffer logits(int sequence, int[] positions) {
    try (NDManager scratch = manager.newSubManager()) {
      PtNDArray normed = head.norm(scratch, rows(scratch, ffnOutput, sequence, positions));
      PtNDArray logits =
          ops.linear(scratch, normed, new Linear(head.weight(), java.util.Optional.empty()));
      if (!ops.finite(logits)) {
        throw new NotFiniteException("the logits hold NaN or infinity");
      }
      return copy(logits);
    }
  }

  /** The integers from {@code begin} up to, not including, {@code end}. */
  public static int[] range(int begin, int end) {
    int[] range = new int[end - begin];
    Arrays.setAll(range, i -> begin + i);
    return range;
  }

  private PtNDArray rows(NDManager scratch, PtNDArray all, int sequence, int[] positions) {
    int start = sequences.starts()[sequence];
    long[] index = Arrays.stream(positions).mapToLong(position -> start + position).toArray();
    return ops.rows(scratch, all, Torch.longs(scratch, index));
  }

  private static ByteBuffer copy(PtNDArray tensor) {
    ByteBuffer memory = Torch.memory(tensor);
    return ByteBuffer.allocate(memory.remaining())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(memory)
        .flip();
  }

  @Override
  public void close() {
    manager.close();
  }
}
