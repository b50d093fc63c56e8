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

  /** Layer norm (Ba et al. 2016) of x [N, H]. */
  public PtNDArray layerNorm(
      NDManager into, PtNDArray x, PtNDArray weight, PtNDArray bias, double epsilon) {
    return tensor(into, "layer_norm", x, weight, bias, epsilon);
  }

  /**
   * A matrix in the blocked layout of oneDNN's matrix product, of use to the linear layers alone.
   *
   * @param weight [out, in], in the processor's memory
   * @param rows how many rows the other factor mostly has
   */
  PtNDArray pack(NDManager into, PtNDArray weight, long rows) {
    return tensor(into, "pack", weight, rows);
  }

  /**
   * x in a precision, on the device of another tensor; the same memory where it is so already.
   * bfloat16 is what Java can hold but not read.
   */
  PtNDArray place(NDManager into, PtNDArray x, PtNDArray like, Precision precision) {
    return tensor(into, "place", x, like, precision.label());
  }

  /** x^T. */
  PtNDArray transposed(NDManager into, PtNDArray x) {
    return tensor(into, "transposed", x);
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
   * Turns the first heads of each row, in place, by rotary angles (Su et al. 2021).
   *
   * @param qkv [N, heads and more]
   * @param cosines [N, d / 2]
   * @param sines [N, d / 2]
   */
  public PtNDArray rotate(
      NDManager into, PtNDArray qkv, PtNDArray cosines, PtNDArray sines, long heads) {
    return tensor(into, "rotate", qkv, cosines, sines, heads);
  }

  /** See {@link Attention#attend}; a segment without a cache has an empty tensor. */
  PtNDArray attend(
      NDManager into,
      PtNDArray qkv,
      long[] lengths,
      long[] positions,
      PtNDArray[] caches,
      boolean[] appends,
      Attention.Heads heads) {
    return tensor(
        into,
        "attend",
        qkv,
        lengths,
        positions,
        caches,
        appends,
        (long) heads.kvHeads(),
        (long) heads.dim(),
        (long) heads.window(),
        heads.scale());
  }

  /** Room for keys and values [capacity, width], of the type of a weight. */
  public PtNDArray cache(NDManager into, PtNDArray like, long capacity, long width) {
    return tensor(into, "cache", like, capacity, width);
  }

  /** Copies the first positions of a layer of a cache [2 kvHeads, capacity, dim] over another's. */
  void copyPositions(NDManager scratch, PtNDArray source, PtNDArray target, long positions) {
    tensor(scratch, "copy_positions", source, target, positions).close();
  }

  /** A copy of x. */
  public PtNDArray copy(NDManager into, PtNDArray x) {
    return tensor(into, "copy", x);
  }

  /** Adds y to x in place. */
  public void add(NDManager scratch, PtNDArray x, PtNDArray y) {
    tensor(scratch, "add", x, y);
  }

  /** GELU in the approximation by tanh (Hendrycks and Gimpel 2016). */
  public PtNDArray geluTanh(NDManager into, PtNDArray x) {
    return tensor(into, "gelu_tanh", x);
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

  /** log softmax(x head^T) for x [N, H], head [V, H], float32 [N, V]. */
  PtNDArray logProbs(NDManager into, PtNDArray x, PtNDArray head) {
    return tensor(into, "log_probs", x, head);
  }

  /** x head^T for x [N, H], head [V, H], float32 [N, V]. */
  PtNDArray logits(NDManager into, PtNDArray x, PtNDArray head) {
    return tensor(into, "logits", x, head);
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
      case String word -> IValue.from(word);
      case Boolean choice -> IValue.from(choice);
      case long[] numbers -> IValue.listFrom(numbers);
      case boolean[] choices -> IValue.listFrom(choices);
      case PtNDArray[] tensors -> IValue.listFrom(tensors);
      case Optional<?> present -> value(present.orElseThrow());
      default -> throw new IllegalArgumentException("no TorchScript value: " + argument);
    };
  }
}
