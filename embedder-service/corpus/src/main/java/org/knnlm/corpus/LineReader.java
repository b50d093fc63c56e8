package org.knnlm.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The lines of a UTF-8 file, split at LF or CRLF and without a byte order mark. Holds one line at a
 * time.
 */
public final class LineReader implements Iterator<String>, AutoCloseable {
  /** Bytes of the longest line: a document of ten million tokens fits. */
  public static final int MAX_LINE_BYTES = 64 << 20;

  /** A longer line takes memory of its own, and only for its time. */
  private static final int KEPT_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Malformed malformed;
  private byte[] bytes = new byte[0];
  private int length;
  private int position;
  private int limit;
  private long line;

  /**
   * Opens a file.
   *
   * @throws IOException when it cannot be read
   */
  public LineReader(Path file) throws IOException {
    this(file, Files.newInputStream(file), Malformed.REFUSED);
  }

  /**
   * Reads the bytes of a file from a stream, which is closed with the reader.
   *
   * @param file its name, for errors
   */
  public LineReader(Path file, InputStream in, Malformed malformed) {
    this.file = file;
    this.in = in;
    this.malformed = malformed;
  }

  /** What becomes of bytes that are not UTF-8. */
  Malformed malformed() {
    return malformed;
  }

  /** Number of the line that was returned last, from 1. */
  public long line() {
    return line;
  }

  /** The file that is read. */
  public Path file() {
    return file;
  }

  @Override
  public boolean hasNext() {
    return position < limit || fill();
  }

  /**
   * The next line without its end.
   *
   * @throws CorpusException when it is refused as no UTF-8, or longer than {@link #MAX_LINE_BYTES}
   */
  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException(file + " has no line " + (line + 1));
    }
    line++;
    length = 0;
    boolean ended = false;
    while (!ended && hasNext()) {
      int from = position;
      while (position < limit && buffer[position] != '\n') {
        position++;
      }
      add(from, position - from);
      if (position < limit) {
        position++;
        ended = true;
      }
    }
    String text = decoded();
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[0];
    }
    int from = line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
    int to = text.endsWith("\r") ? text.length() - 1 : text.length();
    return text.substring(from, to);
  }

  private void add(int from, int count) {
    int sum = length + count;
    if (sum > MAX_LINE_BYTES) {
      throw new CorpusException(file, line, "longer than %d bytes".formatted(MAX_LINE_BYTES));
    }
    if (sum > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(MAX_LINE_BYTES, Math.max(sum, 2 * bytes.length)));
    }
    System.arraycopy(buffer, from, bytes, length, count);
    length = sum;
  }

  private String decoded() {
    return switch (malformed) {
      case REPLACED -> new String(bytes, 0, length, StandardCharsets.UTF_8);
      case REFUSED -> {
        ByteBuffer encoded = ByteBuffer.wrap(bytes, 0, length);
        try {
          yield StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
        } catch (CharacterCodingException e) {
          throw new CorpusException(
              file,
              line,
              "found byte 0x%02x at column %d, which is not UTF-8"
                  .formatted(bytes[encoded.position()], encoded.position() + 1));
        }
      }
    };
  }

  private boolean fill() {
    try {
      position = 0;
      limit = Math.max(0, in.read(buffer));
      return limit > 0;
    } catch (IOException e) {
      throw new CorpusException(file, line + 1, "cannot be read: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
