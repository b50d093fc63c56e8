package org.knnlm.lm.transformer;

/** The type of weights and matrix products; residuals, norms and logits are float32 always. */
public enum Precision {
  FP32(4),
  BF16(2);

  private final int bytes;

  Precision(int bytes) {
    this.bytes = bytes;
  }

  /** Size of an element. */
  public int bytes() {
    return bytes;
  }
}
