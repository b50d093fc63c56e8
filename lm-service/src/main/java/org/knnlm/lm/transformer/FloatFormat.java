package org.knnlm.lm.transformer;

/** How floating point numbers are handed out, always little-endian. */
public enum FloatFormat {
  FP32(4),
  FP16(2);

  private final int bytes;

  FloatFormat(int bytes) {
    this.bytes = bytes;
  }

  /** Size of an element. */
  public int bytes() {
    return bytes;
  }
}
