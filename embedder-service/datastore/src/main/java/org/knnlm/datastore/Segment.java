package org.knnlm.datastore;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * The files of one folder, mapped into memory: consecutive keys of a {@link Datastore}, which has
 * one segment, or one for each datastore that it was appended to and its own.
 */
public final class Segment {
  private static final ValueLayout.OfInt INT32 =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long CRC_BYTES = 1 << 20;

  private final Path folder;
  private final DatastoreFiles files;
  private final Optional<DatastoreManifest> manifest;
  private final long firstKey;
  private final long firstDocument;
  private final MemorySegment keys;
  private final MemorySegment values;
  private final Optional<Documents> documents;

  /**
   * @param firstKey keys in the segments before
   * @param firstDocument documents in the segments before
   */
  Segment(
      Path folder,
      DatastoreFiles files,
      Optional<DatastoreManifest> manifest,
      long firstKey,
      long firstDocument,
      Arena arena)
      throws IOException {
    this.folder = folder;
    this.files = files;
    this.manifest = manifest;
    this.firstKey = firstKey;
    this.firstDocument = firstDocument;
    this.keys = map(keysFile(), files.keysBytes(), arena);
    this.values = map(valuesFile(), files.valuesBytes(), arena);
    Optional<DocumentsFile> listed = manifest.flatMap(DatastoreManifest::documents);
    this.documents =
        listed.isEmpty()
            ? Optional.empty()
            : Optional.of(
                Documents.open(
                    folder.resolve(DocumentsFile.NAME), listed.get(), files.numKeys(), arena));
  }

  private static MemorySegment map(Path file, long expected, Arena arena) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DatastoreException.Missing(file, "a file of %d bytes".formatted(expected));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != expected) {
        throw new DatastoreException.WrongSize(file, channel.size(), expected);
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, expected, arena);
    }
  }

  /** Position of its first key in the datastore. */
  public long firstKey() {
    return firstKey;
  }

  /** Position after its last key. */
  public long end() {
    return firstKey + files.numKeys();
  }

  /** Number of documents in this segment and those before. */
  long endDocument() {
    return firstDocument + manifest.map(m -> m.origin().corpus().documents()).orElse(0L);
  }

  /** What the names of its files say. */
  public DatastoreFiles files() {
    return files;
  }

  /** The folder that its files lie in. */
  public Path folder() {
    return folder;
  }

  /** The file of keys. */
  public Path keysFile() {
    return folder.resolve(files.keysName());
  }

  /** The file of values. */
  public Path valuesFile() {
    return folder.resolve(files.valuesName());
  }

  /** What describes its files; empty for a folder of the reference's. */
  public Optional<DatastoreManifest> manifest() {
    return manifest;
  }

  /** Its keys as they are mapped, {@code [end - firstKey, dimension]}, little-endian float16. */
  public MemorySegment keys() {
    return keys;
  }

  /**
   * The first token of a part, the only one that is no key's value.
   *
   * @param part its index in the manifest
   * @return empty when the segment does not know its documents
   */
  public OptionalInt firstToken(int part) {
    return documents.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(documents.get().firstToken(part));
  }

  /**
   * @param from position of the first key in the datastore
   */
  MemorySegment keys(long from, long count) {
    return keys.asSlice((from - firstKey) * files.keyBytes(), count * files.keyBytes());
  }

  /**
   * @param id position of the key in the datastore
   */
  int value(long id) {
    return values.get(INT32, (id - firstKey) * Integer.BYTES);
  }

  /**
   * The document that a key's value belongs to, in positions of the datastore; empty when the
   * segment does not know its documents.
   */
  Optional<Stretch> document(long id) {
    return documents
        .map(known -> known.of(id - firstKey))
        .map(
            its ->
                new Stretch(
                    firstDocument + its.document(),
                    its.line(),
                    firstKey + its.begin(),
                    firstKey + its.end(),
                    its.head()));
  }

  /** See {@link Datastore#verify}. */
  void verify() {
    for (Part part : manifest.map(DatastoreManifest::parts).orElse(List.of())) {
      verify(keysFile(), keys, part, files.keyBytes(), part.keysCrc32c());
      verify(valuesFile(), values, part, Integer.BYTES, part.valuesCrc32c());
    }
  }

  private static void verify(
      Path file, MemorySegment segment, Part part, long rowBytes, long expected) {
    CRC32C crc = new CRC32C();
    long end = (part.firstKey() + part.numKeys()) * rowBytes;
    for (long at = part.firstKey() * rowBytes; at < end; at += CRC_BYTES) {
      crc.update(segment.asSlice(at, Math.min(CRC_BYTES, end - at)).asByteBuffer());
    }
    if (crc.getValue() != expected) {
      throw new DatastoreException.Corrupt(file, part, crc.getValue(), expected);
    }
  }
}
