package org.knnlm.embedder.embedding;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The token ids of a corpus, on disk while a datastore is made. On Unix the file loses its name as
 * soon as it is open, and its room on the disk when it is closed or the process ends.
 */
final class TokenFile implements AutoCloseable {
  private final FileChannel file;
  private long size;

  TokenFile(Path path) throws IOException {
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Tokens in the file. */
  long size() {
    return size;
  }

  void append(int[] tokens) throws IOException {
    ByteBuffer bytes = bytes(tokens.length);
    bytes.asIntBuffer().put(tokens);
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    size += tokens.length;
  }

  /** The tokens {@code from} to {@code from + count}. */
  int[] read(long from, int count) throws IOException {
    ByteBuffer bytes = bytes(count);
    long position = from * Integer.BYTES;
    while (bytes.hasRemaining()) {
      int read = file.read(bytes, position + bytes.position());
      if (read < 0) {
        throw new EOFException("token %d of %d".formatted(from + count, size));
      }
    }
    int[] tokens = new int[count];
    bytes.flip().asIntBuffer().get(tokens);
    return tokens;
  }

  private static ByteBuffer bytes(int tokens) {
    return ByteBuffer.allocate(Math.multiplyExact(tokens, Integer.BYTES))
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
