package org.knnlm.embedder.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds keys that no healthy model computes. */
final class KeyCheck {
  private static final int EXPONENT = 0x7c00;
  private static final int MAGNITUDE = 0x7fff;

  private KeyCheck() {}

  /**
   * Checks rows of float16.
   *
   * @param keys {@code [rows, dimension]}, little-endian; its position does not change
   * @param firstRow number of the first row, for the error
   * @throws EmbeddingException.BadOutput at a row that holds NaN or infinity, or nothing but zeros
   */
  static void check(ByteBuffer keys, int dimension, int firstRow) {
    ByteBuffer bytes = keys.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int row = firstRow;
    while (bytes.hasRemaining()) {
      int magnitudes = 0;
      for (int i = 0; i < dimension; i++) {
        short bits = bytes.getShort();
        if ((bits & EXPONENT) == EXPONENT) {
          throw new EmbeddingException.BadOutput(
              "key %d holds %s at %d, float16 reaches from -65504 to 65504"
                  .formatted(row, Float.float16ToFloat(bits), i));
        }
        magnitudes |= bits & MAGNITUDE;
      }
      if (magnitudes == 0) {
        throw new EmbeddingException.BadOutput("key %d is all zeros".formatted(row));
      }
      row++;
    }
  }
}
