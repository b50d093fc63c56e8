package org.knnlm.datastore;

/**
 * What the manifest says of {@link Documents}.
 *
 * @param documents number of documents
 * @param bytes size of the file
 * @param crc32c CRC-32C (RFC 3720) of the file without its last four bytes, which are this number
 */
public record DocumentsFile(long documents, long bytes, long crc32c) {
  /** Name of the file. */
  public static final String NAME = "documents.bin";

  public DocumentsFile {
    if (documents < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "%d documents in %d bytes, at least 1 is needed".formatted(documents, bytes));
    }
    Part.requireCrc("crc32c", crc32c);
  }
}
