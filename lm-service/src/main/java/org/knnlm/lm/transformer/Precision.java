package org.knnlm.lm.transformer;

import java.util.Locale;

/** The type of weights and matrix products; residuals, norms and logits are float32 always. */
public enum Precision {
  FP32(4),
  /** On GPUs alone. */
  FP16(2),
  BF16(2);

  private final int bytes;

  Precision(int bytes) {
    this.bytes = bytes;
  }

  /** Size of an element. */
  public int bytes() {
    return bytes;
  }

  /** As users and ops.py write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
