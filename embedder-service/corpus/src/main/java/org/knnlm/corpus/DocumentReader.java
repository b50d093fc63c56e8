package org.knnlm.corpus;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The documents of a corpus file, one after the other. Blank ones are skipped and counted. Holds
 * one document at a time.
 */
public abstract class DocumentReader implements Iterator<Document>, AutoCloseable {
  private long documents;
  private long blank;
  private Document next;

  /** For a format. */
  protected DocumentReader() {}

  /**
   * Reads on.
   *
   * @return the next text, blank or not; null at the end
   * @throws CorpusException when what comes next is no document
   */
  protected abstract String read();

  /** Where the text that was read last begins: its line or row in the file, from 1. */
  protected abstract long line();

  /** Lines or rows read so far. */
  public long lines() {
    return line();
  }

  /** Texts skipped so far because they are blank. */
  public final long blank() {
    return blank;
  }

  /**
   * Whether there is another document.
   *
   * @throws CorpusException when the next text that is not blank is no document
   */
  @Override
  public final boolean hasNext() {
    while (next == null) {
      String text = read();
      if (text == null) {
        return false;
      }
      if (text.isBlank()) {
        blank++;
      } else {
        next = new Document(documents++, line(), text);
      }
    }
    return true;
  }

  /**
   * The next document.
   *
   * @throws CorpusException when the next text that is not blank is no document
   */
  @Override
  public final Document next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no document %d".formatted(documents));
    }
    Document document = next;
    next = null;
    return document;
  }

  @Override
  public abstract void close();
}
