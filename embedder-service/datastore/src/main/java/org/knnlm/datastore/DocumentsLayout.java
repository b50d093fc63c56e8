package org.knnlm.datastore;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The bytes of {@link DocumentsFile#NAME}, all little-endian:
 *
 * <pre>
 * magic int32, version int32
 * for each document:  line int64, offset of its first token among its part's int32
 * for each part:      first key int64, keys int64, first document int64, first token int32
 * documents int64, parts int64, keys int64, inverted magic int32, CRC-32C int32
 * </pre>
 *
 * Whatever is cut off takes the inverted magic along; whatever is changed does not fit the checksum
 * (as in Lucene's CodecUtil).
 */
final class DocumentsLayout {
  /** "knnD". */
  static final int MAGIC = 0x446e_6e6b;

  static final int OLDEST_VERSION = 1;
  static final int VERSION = 1;
  static final int HEADER = 8;
  static final int DOCUMENT = 12;
  static final int PART = 28;
  static final int FOOTER = 32;
  static final ValueLayout.OfInt INT32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong INT64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private DocumentsLayout() {}

  /** Size of a file; -1 for counts that no file has. */
  static long bytes(long documents, long parts) {
    if (documents < 0 || parts < 0 || documents >= 1L << 56 || parts >= 1L << 56) {
      return -1;
    }
    return HEADER + DOCUMENT * documents + PART * parts + FOOTER;
  }
}
