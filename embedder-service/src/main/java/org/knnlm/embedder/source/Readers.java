package org.knnlm.embedder.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.corpus.CorpusReader;
import org.knnlm.corpus.DocumentReader;
import org.knnlm.corpus.LineReader;
import org.knnlm.corpus.Malformed;

/** Opens files. */
final class Readers {
  private Readers() {}

  /**
   * The documents of a file.
   *
   * @param digest takes the file's bytes, all of them once the reader is at its end; of Parquet,
   *     which is not read in order, {@link #digest} must be told to
   * @throws CorpusException when it is not of its layout
   */
  static DocumentReader open(CorpusFile file, MessageDigest digest) throws IOException {
    if (file.layout() instanceof Layout.Parquet(String column)) {
      return new ParquetReader(file.path(), column);
    }
    InputStream raw = digested(file, digest);
    try {
      InputStream text = new ReadToTheEnd(decompressed(file, raw), raw);
      return switch (file.layout()) {
        case Layout.Jsonl(String field) ->
            new CorpusReader(lines(file, text), new CorpusFormat.Jsonl(field));
        case Layout.Lines() -> new CorpusReader(lines(file, text), new CorpusFormat.Lines());
        case Layout.Articles() -> new ArticleReader(lines(file, text));
        case Layout.Whole() -> new WholeReader(file.path(), text);
        case Layout.Csv(String column, char separator) ->
            new CsvReader(file.path(), text, column, separator);
        case Layout.Parquet _ -> throw new IllegalStateException("read otherwise");
      };
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** Reads a whole file into a digest. */
  static void digest(CorpusFile file, MessageDigest digest) throws IOException {
    try (InputStream bytes = digested(file, digest)) {
      bytes.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static InputStream digested(CorpusFile file, MessageDigest digest) throws IOException {
    return new DigestInputStream(Files.newInputStream(file.path()), digest);
  }

  private static InputStream decompressed(CorpusFile file, InputStream raw) throws IOException {
    try {
      return file.compression().decompressed(raw);
    } catch (IOException e) {
      throw new CorpusException(file.path(), 1, "cannot be read: " + e.getMessage());
    }
  }

  private static LineReader lines(CorpusFile file, InputStream text) {
    return new LineReader(file.path(), text, Malformed.REPLACED);
  }
}
