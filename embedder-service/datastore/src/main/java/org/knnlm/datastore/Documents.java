package org.knnlm.datastore;

import static org.knnlm.datastore.DocumentsLayout.INT32;
import static org.knnlm.datastore.DocumentsLayout.INT64;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * Where the documents of a corpus lie among the keys of its datastore.
 *
 * <p>A part of T tokens has T - 1 keys, whose values are its tokens 1 to T - 1: the file of values
 * is the text. What it lacks is here, mapped into memory: the first token of each part and where
 * each document begins. The tokens after the last whole block of a part have no keys, and so have
 * the documents that begin there.
 */
final class Documents {
  private static final long CRC_BYTES = 1 << 20;

  private final MemorySegment bytes;
  private final long documents;
  private final long parts;
  private final long partsAt;

  private Documents(MemorySegment bytes, long documents, long parts) {
    this.bytes = bytes;
    this.documents = documents;
    this.parts = parts;
    this.partsAt = DocumentsLayout.HEADER + DocumentsLayout.DOCUMENT * documents;
  }

  /**
   * Maps a file, after reading all of it once for its checksum.
   *
   * @param expected what the manifest says of it
   * @param keys of the datastore
   * @throws DatastoreException when it is missing, of another version, cut off, changed, or of
   *     another datastore
   */
  static Documents open(Path file, DocumentsFile expected, long keys, Arena arena)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DatastoreException.Missing(file, "a file of %d bytes".formatted(expected.bytes()));
    }
    MemorySegment bytes;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
    long footer = bytes.byteSize() - DocumentsLayout.FOOTER;
    if (footer < DocumentsLayout.HEADER) {
      throw new DatastoreException.Truncated(
          file, "found %d bytes, too few for header and footer".formatted(bytes.byteSize()));
    }
    if (bytes.get(INT32, 0) != DocumentsLayout.MAGIC) {
      throw new DatastoreException.Corrupt(file, "begins as no file of documents does");
    }
    int version = bytes.get(INT32, 4);
    if (version < DocumentsLayout.OLDEST_VERSION || version > DocumentsLayout.VERSION) {
      throw new DatastoreException.UnsupportedVersion(
          file, version, DocumentsLayout.OLDEST_VERSION, DocumentsLayout.VERSION);
    }
    if (bytes.get(INT32, footer + 24) != ~DocumentsLayout.MAGIC) {
      throw new DatastoreException.Truncated(
          file, "found no footer in %d bytes".formatted(bytes.byteSize()));
    }
    requireChecksum(file, bytes, expected);
    long documents = bytes.get(INT64, footer);
    long parts = bytes.get(INT64, footer + 8);
    long found = bytes.get(INT64, footer + 16);
    if (bytes.byteSize() != DocumentsLayout.bytes(documents, parts)
        || documents != expected.documents()
        || found != keys) {
      throw new DatastoreException.Corrupt(
          file,
          "found %d documents in %d parts with %d keys, expected %d with %d"
              .formatted(documents, parts, found, expected.documents(), keys));
    }
    return new Documents(bytes, documents, parts);
  }

  private static void requireChecksum(Path file, MemorySegment bytes, DocumentsFile expected) {
    CRC32C crc = new CRC32C();
    long end = bytes.byteSize() - Integer.BYTES;
    for (long at = 0; at < end; at += CRC_BYTES) {
      crc.update(bytes.asSlice(at, Math.min(CRC_BYTES, end - at)).asByteBuffer());
    }
    long written = Integer.toUnsignedLong(bytes.get(INT32, end));
    if (crc.getValue() != written || written != expected.crc32c()) {
      throw new DatastoreException.Corrupt(
          file,
          "found CRC-32C %08x, its end says %08x and the manifest %08x"
              .formatted(crc.getValue(), written, expected.crc32c()));
    }
  }

  /** The first token of a part, which is no key's value; any number for a part without tokens. */
  int firstToken(long part) {
    Objects.checkIndex(part, parts);
    return bytes.get(INT32, partsAt + DocumentsLayout.PART * part + 24);
  }

  /** The document that a key's value belongs to. */
  Stretch of(long key) {
    long part = last(parts, i -> part(i, 0) <= key);
    long firstKey = part(part, 0);
    long tokens = part(part, 8) + 1;
    long firstDocument = part(part, 16);
    long end = part + 1 < parts ? part(part + 1, 16) : documents;
    long offset = key - firstKey + 1;
    long document =
        firstDocument + last(end - firstDocument, i -> offset(firstDocument + i) <= offset);
    long from = offset(document);
    long to = document + 1 < end ? Math.min(offset(document + 1), tokens) : tokens;
    return new Stretch(
        document,
        bytes.get(INT64, DocumentsLayout.HEADER + DocumentsLayout.DOCUMENT * document),
        firstKey + Math.max(from, 1) - 1,
        firstKey + to - 1,
        from == 0
            ? OptionalInt.of(bytes.get(INT32, partsAt + DocumentsLayout.PART * part + 24))
            : OptionalInt.empty());
  }

  private long part(long part, int field) {
    return bytes.get(INT64, partsAt + DocumentsLayout.PART * part + field);
  }

  private long offset(long document) {
    return bytes.get(INT32, DocumentsLayout.HEADER + DocumentsLayout.DOCUMENT * document + 8);
  }

  @FunctionalInterface
  private interface Test {
    boolean holds(long i);
  }

  /** The last of {@code count} for which an ascending test holds; it holds for the first. */
  private static long last(long count, Test test) {
    long low = 0;
    long high = count;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (test.holds(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
