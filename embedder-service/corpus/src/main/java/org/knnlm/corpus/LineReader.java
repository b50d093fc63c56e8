package org.knnlm.corpus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The lines of a UTF-8 file, split at LF or CRLF and without a byte order mark. Holds one line at a
 * time.
 */
public final class LineReader implements Iterator<String>, AutoCloseable {
  /** Bytes of the longest line: what one request to a tokenizer can carry. */
  public static final int MAX_LINE_BYTES = 16 << 20;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private int position;
  private int limit;
  private long line;

  /**
   * Opens a file.
   *
   * @throws IOException when it cannot be read
   */
  public LineReader(Path file) throws IOException {
    this(file, Files.newInputStream(file));
  }

  /**
   * Reads the bytes of a file from a stream, which is closed with the reader.
   *
   * @param file its name, for errors
   */
  public LineReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
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
   * @throws CorpusException when it is no UTF-8 or longer than {@link #MAX_LINE_BYTES}
   */
  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException(file + " has no line " + (line + 1));
    }
    line++;
    var bytes = new ByteArrayOutputStream();
    boolean ended = false;
    while (!ended && hasNext()) {
      int from = position;
      while (position < limit && buffer[position] != '\n') {
        position++;
      }
      if (bytes.size() + position - from > MAX_LINE_BYTES) {
        throw new CorpusException(file, line, "longer than %d bytes".formatted(MAX_LINE_BYTES));
      }
      bytes.write(buffer, from, position - from);
      if (position < limit) {
        position++;
        ended = true;
      }
    }
    return decode(bytes.toByteArray());
  }

  private String decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      String text = utf8.decode(in).toString();
      int from = line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
      int to = text.endsWith("\r") ? text.length() - 1 : text.length();
      return text.substring(from, to);
    } catch (CharacterCodingException e) {
      throw new CorpusException(
          file,
          line,
          "found byte 0x%02x at column %d, which is not UTF-8"
              .formatted(bytes[in.position()], in.position() + 1));
    }
  }

  private boolean fill() {
    try {
      position = 0;
      limit = Math.max(0, in.read(buffer));
      return limit > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
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
