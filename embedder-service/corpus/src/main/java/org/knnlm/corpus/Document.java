package org.knnlm.corpus;

/**
 * A document that is not blank.
 *
 * @param index its place among the documents of the corpus, from 0
 * @param line its line in the file, from 1
 * @param text its text, well-formed Unicode
 */
public record Document(long index, long line, String text) {
  /**
   * Documents that are concatenated before they are cut into windows; no window crosses a batch.
   */
  public static final int BATCH = 1000;

  /** The batch that the document belongs to, from 0. */
  public long batch() {
    return index / BATCH;
  }
}
