package org.knnlm.lm.safetensors;

import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tensor of a weight file, in place.
 *
 * @param data its bytes in the mapped file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredTensor(Path file, String name, ElementType type, long[] shape, MemorySegment data) {

  long elements() {
    return data.byteSize() / type.bytes;
  }

  /** Fills the rest of {@code target} with the row-major elements from {@code first} on. */
  void copyTo(long first, FloatBuffer target) {
    long bytes = (long) target.remaining() * type.bytes;
    Widening.copy(type, data.asSlice(first * type.bytes, bytes), target);
  }

  /** This tensor, once it is known to be floating point and of that shape. */
  StoredTensor checked(long... expected) {
    if (!Widening.supports(type)) {
      throw new SafeTensorsException(
          file, "tensor %s is %s, but must be F16, BF16 or F32".formatted(name, type));
    }
    if (!Arrays.equals(shape, expected)) {
      throw new SafeTensorsException(
          file,
          "tensor %s has shape %s, but config.json asks for %s"
              .formatted(name, Arrays.toString(shape), Arrays.toString(expected)));
    }
    return this;
  }
}
