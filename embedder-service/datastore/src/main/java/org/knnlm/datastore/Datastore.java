package org.knnlm.datastore;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A published datastore, mapped into memory. Any thread may read it until it is closed.
 *
 * <p>Without a manifest the folder is taken for one of the reference's: N and D come from the names
 * of its files.
 */
public final class Datastore implements AutoCloseable {
  private static final ValueLayout.OfShort FP16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long CRC_BYTES = 1 << 20;

  private final Path folder;
  private final DatastoreFiles files;
  private final Optional<DatastoreManifest> manifest;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment keys;
  private final MemorySegment values;
  private final Optional<Documents> documents;

  private Datastore(Path folder, DatastoreFiles files, Optional<DatastoreManifest> manifest)
      throws IOException {
    this.folder = folder;
    this.files = files;
    this.manifest = manifest;
    try {
      this.keys = map(keysFile(), files.keysBytes());
      this.values = map(valuesFile(), files.valuesBytes());
      Optional<DocumentsFile> listed = manifest.flatMap(DatastoreManifest::documents);
      this.documents =
          listed.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  Documents.open(
                      folder.resolve(DocumentsFile.NAME), listed.get(), files.numKeys(), arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Opens a folder.
   *
   * @throws DatastoreException when a file is missing, of the wrong size, torn, or of a version
   *     that is not known
   * @throws IOException when a file cannot be read
   */
  public static Datastore open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DatastoreException.Missing(folder, "a datastore's folder");
    }
    Path manifestFile = folder.resolve(DatastoreManifest.FILE);
    if (Files.exists(manifestFile)) {
      DatastoreManifest manifest = ManifestFile.read(manifestFile);
      return new Datastore(folder, manifest.files(), Optional.of(manifest));
    }
    return new Datastore(folder, named(folder), Optional.empty());
  }

  private static DatastoreFiles named(Path folder) throws IOException {
    List<DatastoreFiles> found;
    try (Stream<Path> entries = Files.list(folder)) {
      found =
          entries
              .map(entry -> DatastoreFiles.ofKeysName(entry.getFileName().toString()))
              .flatMap(Optional::stream)
              .toList();
    }
    return switch (found.size()) {
      case 0 ->
          throw new DatastoreException.Missing(
              folder.resolve(DatastoreManifest.FILE), "it or dstore_TYPE_N_D_keys.npy");
      case 1 -> found.getFirst();
      default ->
          throw new DatastoreException.Ambiguous(
              folder, found.stream().map(DatastoreFiles::keysName).sorted().toList());
    };
  }

  private MemorySegment map(Path file, long expected) throws IOException {
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

  /** Number of keys. */
  public long size() {
    return files.numKeys();
  }

  /** Length of a key. */
  public int dimension() {
    return files.dimension();
  }

  /** What the names of the files say. */
  public DatastoreFiles files() {
    return files;
  }

  /** The folder it was opened from. */
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

  /** The manifest; empty for a folder of the reference's. */
  public Optional<DatastoreManifest> manifest() {
    return manifest;
  }

  /** Where the documents lie; empty when the datastore does not say. */
  Optional<Documents> documents() {
    return documents;
  }

  /**
   * The first token of a part, the only one that is no key's value.
   *
   * @param part its index in the manifest
   * @return empty when the datastore does not know its documents
   */
  public OptionalInt firstToken(int part) {
    return documents.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(documents.get().firstToken(part));
  }

  /** The token that followed a key. */
  public int value(long id) {
    Objects.checkIndex(id, size());
    return values.get(INT32, id * Integer.BYTES);
  }

  /** All keys as they are mapped, {@code [size, dimension]}, little-endian float16. */
  public MemorySegment keys() {
    return keys;
  }

  /**
   * Reads all values for the greatest token id.
   *
   * @throws DatastoreException.Corrupt at a value that is negative, and so no token id
   */
  public int largestValue() {
    int largest = 0;
    for (long i = 0; i < size(); i++) {
      int value = values.get(INT32, i * Integer.BYTES);
      if (value < 0) {
        throw new DatastoreException.Corrupt(
            valuesFile(), "the value of key %d is %d, no token id".formatted(i, value));
      }
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /** Copies one key, widened to float32, into {@code dst[offset, offset + dimension)}. */
  public void key(long id, float[] dst, int offset) {
    keys(id, 1, dst, offset);
  }

  /**
   * Copies {@code count} keys in a row, widened to float32, into {@code dst} from {@code offset}.
   */
  public void keys(long from, int count, float[] dst, int offset) {
    int elements = Math.multiplyExact(count, dimension());
    Objects.checkFromIndexSize(offset, elements, dst.length);
    MemorySegment rows = rows(from, count);
    for (int i = 0; i < elements; i++) {
      dst[offset + i] = Float.float16ToFloat(rows.get(FP16, 2L * i));
    }
  }

  /**
   * Copies {@code count} keys in a row, widened to float32 in the order of this machine's bytes,
   * into {@code dst}, which is 4-byte aligned.
   */
  public void keys(long from, long count, MemorySegment dst) {
    MemorySegment rows = rows(from, count);
    long elements = count * dimension();
    Objects.checkFromIndexSize(0, elements * Float.BYTES, dst.byteSize());
    for (long i = 0; i < elements; i++) {
      dst.setAtIndex(JAVA_FLOAT, i, Float.float16ToFloat(rows.get(FP16, 2L * i)));
    }
  }

  private MemorySegment rows(long from, long count) {
    Objects.checkFromIndexSize(from, count, size());
    return keys.asSlice(from * files.keyBytes(), count * files.keyBytes());
  }

  /**
   * Reads everything and compares it with the manifest's checksums; a folder without manifest has
   * none.
   *
   * @throws DatastoreException.Corrupt at the first part that differs
   */
  public void verify() {
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

  @Override
  public void close() {
    arena.close();
  }
}
