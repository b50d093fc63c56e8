package org.knnlm.lm.safetensors;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Copies 16 and 32-bit floating point numbers into float32, which holds all of them exactly. */
final class Widening {
  private static final int BLOCK = 8192;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Widening() {}

  /** True for the types that {@link #copy} takes. */
  static boolean supports(ElementType type) {
    return type == ElementType.F16 || type == ElementType.BF16 || type == ElementType.F32;
  }

  /** Fills the rest of {@code target} from the elements at {@code source}. */
  static void copy(ElementType type, MemorySegment source, FloatBuffer target) {
    float[] floats = new float[BLOCK];
    short[] shorts = new short[type == ElementType.F32 ? 0 : BLOCK];
    long offset = 0;
    while (target.hasRemaining()) {
      int n = Math.min(BLOCK, target.remaining());
      if (type == ElementType.F32) {
        MemorySegment.copy(source, FLOAT, offset, floats, 0, n);
      } else {
        MemorySegment.copy(source, SHORT, offset, shorts, 0, n);
        if (type == ElementType.F16) {
          widenF16(shorts, floats, n);
        } else {
          widenBf16(shorts, floats, n);
        }
      }
      target.put(floats, 0, n);
      offset += (long) n * type.bytes;
    }
  }

  private static void widenF16(short[] from, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = Float.float16ToFloat(from[i]);
    }
  }

  /** A bfloat16 is the upper half of a float32. */
  private static void widenBf16(short[] from, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = Float.intBitsToFloat(from[i] << 16);
    }
  }
}
