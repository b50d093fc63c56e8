package org.knnlm.embedder.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.DocumentReader;
import org.knnlm.corpus.LineReader;

/** A file that is one document. */
final class WholeReader extends DocumentReader {
  private final Path file;
  private final InputStream in;
  private boolean read;

  WholeReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  @Override
  protected String read() {
    if (read) {
      return null;
    }
    read = true;
    try {
      byte[] bytes = in.readNBytes(LineReader.MAX_LINE_BYTES + 1);
      if (bytes.length > LineReader.MAX_LINE_BYTES) {
        throw new CorpusException(
            file, 1, "longer than %d bytes".formatted(LineReader.MAX_LINE_BYTES));
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (IOException e) {
      throw new CorpusException(file, 1, "cannot be read: " + e.getMessage());
    }
  }

  @Override
  protected long line() {
    return 1;
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
