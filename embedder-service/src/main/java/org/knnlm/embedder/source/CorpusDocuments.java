package org.knnlm.embedder.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.knnlm.corpus.Document;
import org.knnlm.corpus.DocumentReader;

/**
 * The documents of a corpus, file after file; those that are blank are left out. Indexes and lines
 * go on from file to file, as if it were one.
 */
public final class CorpusDocuments implements Iterator<Document>, AutoCloseable {
  private static final char REPLACEMENT = '\uFFFD';

  private final Iterator<CorpusFile> files;
  private final boolean single;
  private final MessageDigest all = sha256();
  private MessageDigest one;
  private CorpusFile file;
  private DocumentReader reader;
  private long documents;
  private long linesBefore;
  private long blank;
  private long replaced;

  public CorpusDocuments(Corpus corpus) {
    this.files = corpus.files().iterator();
    this.single = corpus.files().size() == 1;
  }

  /** Documents left out so far because they are blank. */
  public long blank() {
    return blank + (reader == null ? 0 : reader.blank());
  }

  /** Documents so far that hold U+FFFD, which stands for bytes that were not UTF-8. */
  public long replaced() {
    return replaced;
  }

  /**
   * SHA-256 of the file, once all documents have been read; of several files, that of the lines
   * {@code SHA-256 path} (as sha256sum writes them) in the order of the files.
   */
  public String sha256Digest() {
    return HexFormat.of().formatHex(single ? one.digest() : all.digest());
  }

  @Override
  public boolean hasNext() {
    try {
      while (reader == null || !reader.hasNext()) {
        endFile();
        if (!files.hasNext()) {
          return false;
        }
        file = files.next();
        one = sha256();
        reader = Readers.open(file, one);
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(file.path() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void endFile() throws IOException {
    if (reader == null) {
      return;
    }
    if (file.layout() instanceof Layout.Parquet) {
      Readers.digest(file, one);
    }
    blank += reader.blank();
    linesBefore += reader.lines();
    reader.close();
    reader = null;
    if (!single) {
      String line = "%s  %s\n".formatted(HexFormat.of().formatHex(one.digest()), file.path());
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Document next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no document %d".formatted(documents));
    }
    Document document = reader.next();
    if (document.text().indexOf(REPLACEMENT) >= 0) {
      replaced++;
    }
    return new Document(documents++, linesBefore + document.line(), document.text());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
    }
  }
}
