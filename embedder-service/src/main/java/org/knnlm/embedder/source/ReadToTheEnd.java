package org.knnlm.embedder.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads what a decompressor leaves of its input, so that a digest has seen the whole file. */
final class ReadToTheEnd extends FilterInputStream {
  private final InputStream raw;
  private boolean ended;

  ReadToTheEnd(InputStream in, InputStream raw) {
    super(in);
    this.raw = raw;
  }

  @Override
  public int read() throws IOException {
    return ended(super.read());
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return ended(super.read(bytes, offset, length));
  }

  private int ended(int read) throws IOException {
    if (read < 0 && !ended) {
      ended = true;
      raw.transferTo(OutputStream.nullOutputStream());
    }
    return read;
  }
}
