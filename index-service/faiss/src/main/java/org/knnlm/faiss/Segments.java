package org.knnlm.faiss;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** JavaCPP's view of native segments: byte buffers would end at 2 GiB. */
final class Segments {
  private Segments() {}

  static BytePointer bytes(String name, MemorySegment segment) {
    return new Bytes(checked(name, segment));
  }

  static FloatPointer floats(String name, MemorySegment segment) {
    return new Floats(checked(name, segment));
  }

  static LongPointer longs(String name, MemorySegment segment) {
    return new Longs(checked(name, segment));
  }

  private static MemorySegment checked(String name, MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(name + " is a heap segment; native memory is needed");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalArgumentException(name + " is a segment of a closed arena");
    }
    return segment;
  }

  private static final class Bytes extends BytePointer {
    Bytes(MemorySegment segment) {
      super((Pointer) null);
      address = segment.address();
      limit = capacity = segment.byteSize();
    }
  }

  private static final class Floats extends FloatPointer {
    Floats(MemorySegment segment) {
      super((Pointer) null);
      address = segment.address();
      limit = capacity = segment.byteSize() / Float.BYTES;
    }
  }

  private static final class Longs extends LongPointer {
    Longs(MemorySegment segment) {
      super((Pointer) null);
      address = segment.address();
      limit = capacity = segment.byteSize() / Long.BYTES;
    }
  }
}
