package org.knnlm.embedder.embedding;

/**
 * What was found in a corpus.
 *
 * @param files number of files
 * @param documents documents that are not blank
 * @param blank documents left out because they are blank
 * @param replaced documents with U+FFFD in place of bytes that were not UTF-8
 * @param cut documents so long that they were tokenized in pieces
 * @param tokens tokens of the documents
 */
public record CorpusReport(
    long files, long documents, long blank, long replaced, long cut, long tokens) {
  /** In words. */
  @Override
  public String toString() {
    return "%,d documents with %,d tokens in %,d files; %,d blank ones left out, %,d with bytes that are not UTF-8, %,d tokenized in pieces"
        .formatted(documents, tokens, files, blank, replaced, cut);
  }
}
