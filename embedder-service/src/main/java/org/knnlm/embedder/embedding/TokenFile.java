package org.knnlm.embedder.embedding;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.knnlm.datastore.StagingFolder;

/** The token ids of a corpus, int32 little-endian, on disk while a datastore is made. */
final class TokenFile implements AutoCloseable {
  private static final String NAME = "tokens";
  private static final int CRC_TOKENS = 1 << 18;

  private final FileChannel file;
  private final CRC32C crc = new CRC32C();
  private long size;

  private TokenFile(FileChannel file) throws IOException {
    this.file = file;
    this.size = file.size() / Integer.BYTES;
  }

  /** A file without tokens; what was in it is gone. */
  static TokenFile create(StagingFolder staging) throws IOException {
    return new TokenFile(
        FileChannel.open(
            staging.work().resolve(NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** A file of tokens, to read from. */
  static TokenFile open(StagingFolder staging) throws IOException {
    return new TokenFile(FileChannel.open(staging.work().resolve(NAME), StandardOpenOption.READ));
  }

  /** Tokens in the file. */
  long size() {
    return size;
  }

  void append(int[] tokens) throws IOException {
    ByteBuffer bytes = bytes(tokens.length);
    bytes.asIntBuffer().put(tokens);
    crc.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    size += tokens.length;
  }

  /** CRC-32C of what has been appended since this was asked for last. */
  long takeCrc() {
    long value = crc.getValue();
    crc.reset();
    return value;
  }

  /** CRC-32C of the tokens {@code from} to {@code from + count}. */
  long crc(long from, int count) throws IOException {
    CRC32C sum = new CRC32C();
    for (int done = 0; done < count; done += CRC_TOKENS) {
      sum.update(read(from + done, bytes(Math.min(CRC_TOKENS, count - done))));
    }
    return sum.getValue();
  }

  /** The tokens {@code from} to {@code from + count}. */
  int[] read(long from, int count) throws IOException {
    int[] tokens = new int[count];
    read(from, bytes(count)).asIntBuffer().get(tokens);
    return tokens;
  }

  private ByteBuffer read(long from, ByteBuffer bytes) throws IOException {
    long position = from * Integer.BYTES;
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException(
            "found %d tokens, expected %d".formatted(size, from + bytes.limit() / Integer.BYTES));
      }
    }
    return bytes.flip();
  }

  private static ByteBuffer bytes(int tokens) {
    return ByteBuffer.allocate(Math.multiplyExact(tokens, Integer.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  void force() throws IOException {
    file.force(true);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
