package org.knnlm.lm.transformer;

/** Where weights and tensors are, and are computed with. CUDA was never run: no GPU was at hand. */
public enum Device {
  CPU,
  /** The first GPU. */
  CUDA;

  /** Whether it is any use with a precision: processors multiply float16 slower than float32. */
  public boolean computes(Precision precision) {
    return this == CUDA || precision != Precision.FP16;
  }

  /** As PyTorch writes it. */
  public String label() {
    return switch (this) {
      case CPU -> "cpu";
      case CUDA -> "cuda:0";
    };
  }

  ai.djl.Device djl() {
    return switch (this) {
      case CPU -> ai.djl.Device.cpu();
      case CUDA -> ai.djl.Device.gpu();
    };
  }
}
