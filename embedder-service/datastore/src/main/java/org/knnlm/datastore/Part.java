package org.knnlm.datastore;

/**
 * A run of keys that were written together: those of one batch of documents.
 *
 * @param firstKey index of its first key
 * @param numKeys number of keys, may be 0
 * @param keysCrc32c CRC-32C (RFC 3720) of the keys' bytes
 * @param valuesCrc32c CRC-32C of the values' bytes
 */
public record Part(long firstKey, long numKeys, long keysCrc32c, long valuesCrc32c) {
  private static final long MAX_CRC = 0xffff_ffffL;

  public Part {
    if (firstKey < 0 || numKeys < 0) {
      throw new IllegalArgumentException("first key %d, %d keys".formatted(firstKey, numKeys));
    }
    requireCrc("keysCrc32c", keysCrc32c);
    requireCrc("valuesCrc32c", valuesCrc32c);
  }

  static void requireCrc(String name, long value) {
    if (value < 0 || value > MAX_CRC) {
      throw new IllegalArgumentException("%s is %d, no CRC-32C".formatted(name, value));
    }
  }
}
