package org.knnlm.datastore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Which parts of a datastore in the making are written. Any threads of any processes may use it.
 *
 * <p>A file of records of 16 bytes, little-endian, one a part at its index: magic, CRC-32C of the
 * part's keys, of its values, and of these twelve bytes with the part's index. Where anything else
 * stands, and nothing or half a record, the part is not written.
 */
public final class Journal implements AutoCloseable {
  private static final String NAME = "journal";
  private static final int RECORD = 16;

  /** "knnP". */
  private static final int MAGIC = 0x506e_6e6b;

  private final FileChannel file;

  /** Opens the journal of a folder, and makes it when it is not there. */
  public Journal(StagingFolder staging) throws IOException {
    this.file =
        FileChannel.open(
            staging.work().resolve(NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /**
   * What was written of a part.
   *
   * @param index its index
   * @return empty when it has not been finished
   */
  public Optional<Part> read(long index, long firstKey, long numKeys) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
    while (record.hasRemaining()) {
      if (file.read(record, index * RECORD + record.position()) < 0) {
        return Optional.empty();
      }
    }
    record.flip();
    if (record.getInt(0) != MAGIC || record.getInt(12) != checksum(record, index)) {
      return Optional.empty();
    }
    return Optional.of(
        new Part(
            firstKey,
            numKeys,
            Integer.toUnsignedLong(record.getInt(4)),
            Integer.toUnsignedLong(record.getInt(8))));
  }

  /** Enters a part whose bytes are durable, durably. */
  public void write(long index, Part part) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(MAGIC).putInt((int) part.keysCrc32c()).putInt((int) part.valuesCrc32c());
    record.putInt(checksum(record, index)).flip();
    while (record.hasRemaining()) {
      file.write(record, index * RECORD + record.position());
    }
    file.force(false);
  }

  private static int checksum(ByteBuffer record, long index) {
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(record.slice(0, 12)).putLong(index);
    CRC32C crc = new CRC32C();
    crc.update(bytes.flip());
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
