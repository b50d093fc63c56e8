package org.knnlm.embedder.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds keys that no healthy model computes, among those of one window. */
final class KeyCheck {
  private static final int EXPONENT = 0x7c00;
  private static final int MAGNITUDE = 0x7fff;

  /**
   * So many equal keys in a row, of tokens that are not all the same, are no accident. (Where one
   * token repeats, a model with relative positions may well give the same key again.)
   */
  private static final int MOST_EQUAL = 16;

  private final int dimension;
  private final int[] tokens;
  private final int firstPosition;
  private ByteBuffer before;
  private int rows;
  private int equal = 1;
  private boolean tokensDiffer;

  /**
   * @param dimension elements of a key
   * @param tokens of the window
   * @param firstPosition position in the window whose key comes first
   */
  KeyCheck(int dimension, int[] tokens, int firstPosition) {
    this.dimension = dimension;
    this.tokens = tokens;
    this.firstPosition = firstPosition;
  }

  /**
   * Checks the next keys.
   *
   * @param keys float16 {@code [rows, dimension]}, little-endian; its position does not change
   * @throws EmbeddingException.BadOutput at a key that holds NaN or infinity, or nothing but zeros,
   *     or is one of many equal ones; at half a key
   */
  void next(ByteBuffer keys) {
    ByteBuffer bytes = keys.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int rowBytes = dimension * Short.BYTES;
    if (bytes.remaining() % rowBytes != 0) {
      throw new EmbeddingException.BadOutput(
          "%d bytes are no whole keys of %d".formatted(bytes.remaining(), rowBytes));
    }
    while (bytes.hasRemaining()) {
      ByteBuffer key = bytes.slice(bytes.position(), rowBytes);
      requireHealthy(bytes);
      requireAnother(key);
      before = key;
      rows++;
    }
  }

  private void requireHealthy(ByteBuffer bytes) {
    int magnitudes = 0;
    for (int i = 0; i < dimension; i++) {
      short bits = bytes.getShort();
      if ((bits & EXPONENT) == EXPONENT) {
        throw new EmbeddingException.BadOutput(
            "key %d holds %s at %d, float16 reaches from -65504 to 65504"
                .formatted(rows, Float.float16ToFloat(bits), i));
      }
      magnitudes |= bits & MAGNITUDE;
    }
    if (magnitudes == 0) {
      throw new EmbeddingException.BadOutput("key %d is all zeros".formatted(rows));
    }
  }

  private void requireAnother(ByteBuffer key) {
    if (before == null || !key.equals(before)) {
      equal = 1;
      tokensDiffer = false;
      return;
    }
    equal++;
    int position = firstPosition + rows;
    tokensDiffer |= position < tokens.length && tokens[position] != tokens[position - 1];
    if (equal >= MOST_EQUAL && tokensDiffer) {
      throw new EmbeddingException.BadOutput(
          "keys %d to %d are the same".formatted(rows - equal + 1, rows));
    }
  }

  /**
   * Ends the window.
   *
   * @throws EmbeddingException.BadOutput when there were not so many keys
   */
  void end(int expected) {
    if (rows != expected) {
      throw new EmbeddingException.BadOutput(
          "found %d keys, expected %d".formatted(rows, expected));
    }
  }
}
