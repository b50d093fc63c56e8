package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.knnlm.lm.safetensors.Checkpoint;

/**
 * Reads weights from a checkpoint straight into PyTorch's memory, and from there brings them to the
 * model's device and precision.
 */
public final class WeightLoader {
  /** A direct buffer holds at most 2 GiB. */
  private static final long MAX_ELEMENTS = 1L << 28;

  /** Rows that packed matrices are made for: those of a group of sequences. */
  private static final int ROWS = 1024;

  private final Checkpoint checkpoint;
  private final NDManager manager;
  private final TorchOps ops;
  private final Device device;
  private final Precision precision;
  private final PtNDArray onDevice;

  /** A loader for the device and precision of torch. */
  public WeightLoader(Checkpoint checkpoint, Torch torch) {
    this.checkpoint = checkpoint;
    this.manager = torch.manager();
    this.ops = torch.ops();
    this.device = torch.device();
    this.precision = torch.precision();
    this.onDevice = Torch.empty(manager, 0);
  }

  /**
   * A part of a fused weight.
   *
   * @param rows its extent in the dimension that the parts are stacked along
   */
  public record Part(String name, long rows) {}

  /** A vector [size], float32 always. */
  public PtNDArray vector(String name, long size) {
    try (NDManager host = host()) {
      return ops.place(
          manager, stackedVector(host, new Part(name, size)), onDevice, Precision.FP32);
    }
  }

  /** A matrix [rows, columns] whose rows can be looked up. */
  public PtNDArray table(String name, long rows, long columns) {
    try (NDManager host = host()) {
      return placed(manager, matrix(host, columns, new Part(name, rows)));
    }
  }

  /** Biases of linear layers of the same input, one after the other. */
  public PtNDArray bias(Part... parts) {
    try (NDManager host = host()) {
      return placed(manager, stackedVector(host, parts));
    }
  }

  /** The weight of a linear layer that is stored as [columns, rows], packed. */
  public PtNDArray transposedLinear(String name, long rows, long columns) {
    try (NDManager host = host()) {
      PtNDArray stored = matrix(host, rows, new Part(name, columns));
      return packed(host, ops.transposed(host, stored));
    }
  }

  /** The weight [rows, columns] of a linear layer, packed. */
  public PtNDArray linear(String name, long rows, long columns) {
    return stackedLinear(columns, new Part(name, rows));
  }

  /** Weights [rows, columns] of linear layers of the same input, one below the other, packed. */
  public PtNDArray stackedLinear(long columns, Part... parts) {
    try (NDManager host = host()) {
      return packed(host, matrix(host, columns, parts));
    }
  }

  /** Where weights are read into: Java can write to the processor's memory alone. */
  private NDManager host() {
    return manager.newSubManager(Device.CPU.djl());
  }

  private PtNDArray placed(NDManager into, PtNDArray weight) {
    return ops.place(into, weight, onDevice, precision);
  }

  /** The layout that matrix products are fast with: oneDNN's on a CPU, the usual one elsewhere. */
  private PtNDArray packed(NDManager host, PtNDArray weight) {
    return device == Device.CPU && device.computes(precision)
        ? ops.pack(manager, placed(host, weight), ROWS)
        : placed(manager, weight);
  }

  /** Vectors, one after the other. */
  private PtNDArray stackedVector(NDManager into, Part... parts) {
    PtNDArray all = Torch.empty(into, rows(parts));
    long first = 0;
    for (Part part : parts) {
      fill(all, first, checkpoint.tensor(part.name(), part.rows()), part.rows());
      first += part.rows();
    }
    return all;
  }

  private PtNDArray matrix(NDManager into, long columns, Part... parts) {
    PtNDArray all = Torch.empty(into, rows(parts), columns);
    long first = 0;
    for (Part part : parts) {
      long elements = part.rows() * columns;
      fill(all, first, checkpoint.tensor(part.name(), part.rows(), columns), elements);
      first += elements;
    }
    return all;
  }

  private static long rows(Part... parts) {
    return Arrays.stream(parts).mapToLong(Part::rows).sum();
  }

  private static void fill(PtNDArray all, long first, Checkpoint.Elements elements, long count) {
    try (PtNDArray flat = JniUtils.reshape(all, new long[] {-1})) {
      for (long done = 0; done < count; done += MAX_ELEMENTS) {
        long n = Math.min(MAX_ELEMENTS, count - done);
        try (PtNDArray piece = JniUtils.slice(flat, 0, first + done, first + done + n, 1)) {
          FloatBuffer target = Torch.memory(piece).asFloatBuffer();
          elements.copyTo(done, target);
        }
      }
    }
  }
}
