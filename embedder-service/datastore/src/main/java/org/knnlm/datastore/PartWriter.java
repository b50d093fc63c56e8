package org.knnlm.datastore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Writes the keys and values of one part in order. For one thread. */
public final class PartWriter {
  private final DatastoreFiles files;
  private final FileChannel keys;
  private final FileChannel values;
  private final long firstKey;
  private final long numKeys;
  private final Consumer<Part> finished;
  private final CRC32C keysCrc = new CRC32C();
  private final CRC32C valuesCrc = new CRC32C();
  private long written;

  PartWriter(
      DatastoreFiles files,
      FileChannel keys,
      FileChannel values,
      long firstKey,
      long numKeys,
      Consumer<Part> finished) {
    this.files = files;
    this.keys = keys;
    this.values = values;
    this.firstKey = firstKey;
    this.numKeys = numKeys;
    this.finished = finished;
  }

  /**
   * Writes the next keys and their values.
   *
   * @param keyBytes float16 {@code [n, D]}, little-endian
   * @param valueBytes int32 {@code [n]}, little-endian
   * @throws IllegalArgumentException when the two do not agree, or pass the end of the part
   */
  public void append(ByteBuffer keyBytes, ByteBuffer valueBytes) throws IOException {
    int count = valueBytes.remaining() / Integer.BYTES;
    if (valueBytes.remaining() % Integer.BYTES != 0
        || keyBytes.remaining() != count * files.keyBytes()) {
      throw new IllegalArgumentException(
          "%d bytes of values do not go with %d bytes of keys of dimension %d"
              .formatted(valueBytes.remaining(), keyBytes.remaining(), files.dimension()));
    }
    if (written + count > numKeys) {
      throw new IllegalArgumentException(
          "%d keys do not fit into a part of %d".formatted(written + count, numKeys));
    }
    keysCrc.update(keyBytes.duplicate());
    valuesCrc.update(valueBytes.duplicate());
    write(keys, keyBytes, (firstKey + written) * files.keyBytes());
    write(values, valueBytes, (firstKey + written) * Integer.BYTES);
    written += count;
  }

  private static void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += file.write(bytes, position);
    }
  }

  /**
   * Ends the part, and makes it durable.
   *
   * @throws IllegalStateException when keys are missing
   */
  public Part finish() throws IOException {
    if (written != numKeys) {
      throw new IllegalStateException(
          "%d of %d keys from %d have been written".formatted(written, numKeys, firstKey));
    }
    keys.force(false);
    values.force(false);
    var part = new Part(firstKey, numKeys, keysCrc.getValue(), valuesCrc.getValue());
    finished.accept(part);
    return part;
  }
}
