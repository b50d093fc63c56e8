package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

/**
 * What a forward pass leaves behind: the last layer's hidden states of every token, a row each in
 * the order of the batch, from which logits are made as they are asked for. Used on the model's
 * thread; holds native memory until it is closed.
 */
public final class ForwardPass implements AutoCloseable {
  /** Rows of logits that are held at a time: enough for the matrix product, small beside it. */
  private static final int LOGIT_ROWS = 128;

  private final NDManager manager;
  private final TorchOps ops;
  private final int[] starts;
  private final int tokens;
  private final Map<Integer, Outputs> outputs;
  private final int lastLayer;
  private final Head head;

  /**
   * What a layer makes of every token, [N, H].
   *
   * @param ffnInput input of its MLP
   * @param output of the layer
   */
  public record Outputs(PtNDArray ffnInput, PtNDArray output) {}

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
   * @param outputs of the last layer, and of those that the batch asked for
   */
  public ForwardPass(
      NDManager manager, TorchOps ops, Batch batch, Map<Integer, Outputs> outputs, Head head) {
    this.manager = manager;
    this.ops = ops;
    this.starts = batch.starts();
    this.tokens = batch.tokens();
    this.outputs = Map.copyOf(outputs);
    this.lastLayer = Collections.max(outputs.keySet());
    this.head = head;
  }

  /** Rows of tokens of a segment, from {@code begin} up to, not including, {@code end}. */
  public int[] rows(int segment, int begin, int end) {
    return range(starts[segment] + begin, starts[segment] + end);
  }

  /** The last row of each of some consecutive segments. */
  public int[] lastRows(int firstSegment, int count) {
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      int next = firstSegment + i + 1;
      rows[i] = (next < starts.length ? starts[next] : tokens) - 1;
    }
    return rows;
  }

  /**
   * Natural logarithms of the probabilities of tokens.
   *
   * @param rows of the positions before them
   * @param targets the tokens
   * @throws NotFiniteException when one is NaN or infinite
   */
  public float[] logProbs(int[] rows, int[] targets) {
    if (rows.length == 0) {
      return new float[0];
    }
    try (NDManager scratch = manager.newSubManager()) {
      long[] ids = Arrays.stream(targets).asLongStream().toArray();
      PtNDArray result =
          ops.targetLogProbs(
              scratch, normed(scratch, rows), head.weight(), Torch.longs(scratch, ids), LOGIT_ROWS);
      float[] logProbs = new float[targets.length];
      Torch.memory(result).asFloatBuffer().get(logProbs);
      for (int i = 0; i < logProbs.length; i++) {
        if (!Float.isFinite(logProbs[i])) {
          throw new NotFiniteException(
              "the log probability of a token (id %d) is %s".formatted(targets[i], logProbs[i]));
        }
      }
      return logProbs;
    }
  }

  /**
   * Natural logarithms of the probabilities of every token of the vocabulary, {@code [rows][V]};
   * ask for few rows at a time.
   *
   * @throws NotFiniteException when one is NaN
   */
  public float[][] logProbs(int[] rows) {
    try (NDManager scratch = manager.newSubManager()) {
      PtNDArray result = ops.logProbs(scratch, normed(scratch, rows), head.weight());
      requireFinite(result, "the log probabilities hold NaN or infinity");
      FloatBuffer values = Torch.memory(result).asFloatBuffer();
      float[][] logProbs = new float[rows.length][values.remaining() / rows.length];
      for (float[] row : logProbs) {
        values.get(row);
      }
      return logProbs;
    }
  }

  /**
   * Hidden states of the last layer, [rows, H].
   *
   * @throws NotFiniteException when one is not finite, or not in float16 when that is asked for
   */
  public ByteBuffer hiddenStates(int[] rows, HiddenState which, FloatFormat format) {
    return hiddenStates(lastLayer, rows, which, format);
  }

  /** Hidden states of a layer that the batch asked for, [rows, H]; see the other. */
  public ByteBuffer hiddenStates(int layer, int[] rows, HiddenState which, FloatFormat format) {
    Outputs layerOutputs = outputs.get(layer);
    PtNDArray all =
        switch (which) {
          case LAST_FFN_INPUT -> layerOutputs.ffnInput();
          case LAST_FFN_OUTPUT -> layerOutputs.output();
        };
    try (NDManager scratch = manager.newSubManager()) {
      PtNDArray chosen = chosen(scratch, all, rows);
      requireFinite(
          chosen, "the hidden state %s of layer %d holds NaN or infinity".formatted(which, layer));
      if (format == FloatFormat.FP32) {
        return Torch.copy(chosen);
      }
      PtNDArray half = ops.half(scratch, chosen);
      requireFinite(
          half,
          "the hidden state %s of layer %d exceeds the range of FP16: ask for FP32"
              .formatted(which, layer));
      return Torch.copy(half);
    }
  }

  /** Where the logits of rows are to be had after this pass. */
  public LogitSource logitSource(int[] rows) {
    NDManager own = manager.getParentManager().newSubManager();
    return new LogitSource(own, ops, normed(own, rows), head.weight());
  }

  /** The integers from {@code begin} up to, not including, {@code end}. */
  public static int[] range(int begin, int end) {
    int[] range = new int[end - begin];
    Arrays.setAll(range, i -> begin + i);
    return range;
  }

  private PtNDArray normed(NDManager scratch, int[] rows) {
    return head.norm(scratch, chosen(scratch, outputs.get(lastLayer).output(), rows));
  }

  private PtNDArray chosen(NDManager scratch, PtNDArray all, int[] rows) {
    long[] index = Arrays.stream(rows).asLongStream().toArray();
    return ops.rows(scratch, all, Torch.longs(scratch, index));
  }

  private void requireFinite(PtNDArray values, String problem) {
    if (!ops.finite(values)) {
      throw new NotFiniteException(problem);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
