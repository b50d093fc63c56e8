package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The tensor operations of ops.py, where their formulas are. Every result belongs to the manager
 * that is passed first and lives as long as that.
 */
public final class TorchOps {
  private final PtSymbolBlock module;

  /** Loads the operations; they live as long as the manager. */
  TorchOps(NDManager manager) {
    try (InputStream script = TorchOps.class.getResourceAsStream("ops.pt")) {
      module = JniUtils.loadModule((PtNDManager) manager, script, false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Rows of the table: ids int64 [N], table [V, H], result [N, H]. */
  public PtNDArray embed(NDManager into, PtNDArray ids, PtNDArray table) {
    return tensor(into, "embed", ids, table);
  }

  /** Root mean square norm (Zhang and Sennrich 2019) of x [N, H]. */
  public PtNDArray rmsNorm(NDManager into, PtNDArray x, PtNDArray weight, double epsilon) {
    return tensor(into, "rms_norm", x, weight, epsilon);
  }

  /**
   * A matrix in the blocked layout of oneDNN's matrix product, of use to the linear layers alone.
   *
   * @param weight [out, in]
   * @param rows how many rows the other factor mostly has
   */
  public PtNDArray pack(NDManager into, PtNDArray weight, long rows) {
    return tensor(into, "pack", weight, rows);
  }

  /** x [N, in] to [N, out]. */
  public PtNDArray linear(NDManager into, PtNDArray x, Linear layer) {
    return tensor(into, "linear", x, layer.weight(), layer.bias());
  }

  /** Adds linear(x) to residual [N, out] in place. */
  public void addLinear(NDManager into, PtNDArray residual, PtNDArray x, Linear layer) {
    tensor(into, "add_linear", residual, x, layer.weight(), layer.bias());
  }

  /**
   * Causal self-attention with rotary positions, within each sequence.
   *
   * @param qkv [N, (heads + 2 kvHeads) d]: queries, keys and values of each token
   * @param cosines [N, d / 2]
   * @param sines [N, d / 2]
   * @param lengths tokens of each sequence, N in all
   * @return [N, heads d]
   */
  public PtNDArray attend(
      NDManager into,
      PtNDArray qkv,
      PtNDArray cosines,
      PtNDArray sines,
      long[] lengths,
      long heads,
      long kvHeads) {
    return tensor(into, "attend", qkv, cosines, sines, lengths, heads, kvHeads);
  }

  /** silu(gate) up (Shazeer 2020) for [N, 2 I] = (gate, up), result [N, I]. */
  public PtNDArray swiglu(NDManager into, PtNDArray gateUp) {
    return tensor(into, "swiglu", gateUp);
  }

  /** The rows of x that index, int64, names. */
  public PtNDArray rows(NDManager into, PtNDArray x, PtNDArray index) {
    return tensor(into, "rows", x, index);
  }

  /**
   * Log probability of each row's target under softmax(x head^T).
   *
   * @param x [N, H]
   * @param head [V, H], packed or not
   * @param targets int64 [N]
   * @param chunk rows whose logits are held at a time
   * @return [N]
   */
  public PtNDArray targetLogProbs(
      NDManager into, PtNDArray x, PtNDArray head, PtNDArray targets, long chunk) {
    return tensor(into, "target_log_probs", x, head, targets, chunk);
  }

  /** Whether no element is NaN or infinite; x must not be empty. */
  public boolean finite(PtNDArray x) {
    try (IValue result = call("finite", x)) {
      return result.toBoolean();
    }
  }

  /** x as float16, rounded to nearest even; what is too large becomes infinite. */
  public PtNDArray half(NDManager into, PtNDArray x) {
    return tensor(into, "half", x);
  }

  private PtNDArray tensor(NDManager into, String operation, Object... arguments) {
    try (IValue result = call(operation, arguments)) {
      return result.toTensor((PtNDManager) into);
    }
  }

  private IValue call(String operation, Object... arguments) {
    int count = arguments.length;
    while (arguments[count - 1] instanceof Optional<?> last && last.isEmpty()) {
      count--;
    }
    IValue[] values = new IValue[count];
    try {
      for (int i = 0; i < count; i++) {
        values[i] = value(arguments[i]);
      }
      return IValueUtils.runMethod(module, operation, values);
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  private static IValue value(Object argument) {
    return switch (argument) {
      case PtNDArray tensor -> IValue.from(tensor);
      case Double number -> IValue.from(number);
      case Long number -> IValue.from(number);
      case long[] numbers -> IValue.listFrom(numbers);
      case Optional<?> present -> value(present.orElseThrow());
      default -> throw new IllegalArgumentException("no TorchScript value: " + argument);
    };
  }
}
