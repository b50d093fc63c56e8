package org.knnlm.lm.safetensors;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** One mapped file: eight bytes of header length, the header, the data. */
final class WeightFile {
  /** The format's own limit. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private WeightFile() {}

  /**
   * The tensors of the file; their data stay mapped as long as the arena is open.
   *
   * @throws SafeTensorsException when the file is not sound
   */
  static Map<String, StoredTensor> open(Path file, Arena arena) {
    MemorySegment bytes = map(file, arena);
    if (bytes.byteSize() < Long.BYTES) {
      throw new SafeTensorsException(
          file, "%d bytes are no safetensors file: it is truncated".formatted(bytes.byteSize()));
    }
    long length = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new SafeTensorsException(
          file, "a header of %s bytes is out of range".formatted(Long.toUnsignedString(length)));
    }
    if (length > bytes.byteSize() - Long.BYTES) {
      throw new SafeTensorsException(
          file,
          "a header of %d bytes does not fit into %d: it is truncated"
              .formatted(length, bytes.byteSize()));
    }
    byte[] json = bytes.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = bytes.asSlice(Long.BYTES + length);
    Header header = Header.parse(file, new String(json, StandardCharsets.UTF_8), data.byteSize());
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Header.Entry entry : header.entries()) {
      MemorySegment place = data.asSlice(entry.begin(), entry.end() - entry.begin());
      tensors.put(
          entry.name(), new StoredTensor(file, entry.name(), entry.type(), entry.shape(), place));
    }
    return tensors;
  }

  private static MemorySegment map(Path file, Arena arena) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new SafeTensorsException(file, "cannot be read: " + e, e);
    }
  }
}
