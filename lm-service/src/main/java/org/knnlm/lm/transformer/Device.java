package org.knnlm.lm.transformer;

import java.util.Locale;

/** Where weights and tensors are, and are computed with. CUDA was never run: no GPU was at hand. */
public enum Device {
  CPU,
  /** The first GPU. */
  CUDA;

  /** Whether it is any use with a precision: processors multiply float16 slower than float32. */
  public boolean computes(Precision precision) {
    return this == CUDA || precision != Precision.FP16;
  }

  /** As users write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  ai.djl.Device djl() {
    return switch (this) {
      case CPU -> ai.djl.Device.cpu();
      case CUDA -> ai.djl.Device.gpu();
    };
  }
}
