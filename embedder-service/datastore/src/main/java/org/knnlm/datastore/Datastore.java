package org.knnlm.datastore;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A published datastore, mapped into memory. Any thread may read it until it is closed.
 *
 * <p>One that was appended to others begins with their keys, read from their own files, in the
 * order in which they were appended; then come its own.
 *
 * <p>Without a manifest the folder is taken for one of the reference's: N and D come from the names
 * of its files.
 */
public final class Datastore implements AutoCloseable {
  private static final ValueLayout.OfShort FP16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena;
  private final List<Segment> segments;

  private Datastore(Arena arena, List<Segment> segments) {
    this.arena = arena;
    this.segments = List.copyOf(segments);
  }

  /**
   * Opens a folder.
   *
   * @throws DatastoreException when a file is missing, of the wrong size, torn, or of a version
   *     that is not known
   * @throws DatastoreException.UnusableBase when that, or a change, befell a datastore that it was
   *     appended to
   * @throws IOException when a file cannot be read
   */
  public static Datastore open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DatastoreException.Missing(folder, "a datastore's folder");
    }
    Arena arena = Arena.ofShared();
    try {
      return new Datastore(arena, segments(folder, arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static List<Segment> segments(Path folder, Arena arena) throws IOException {
    Path manifestFile = folder.resolve(DatastoreManifest.FILE);
    if (!Files.exists(manifestFile)) {
      return List.of(new Segment(folder, named(folder), Optional.empty(), 0, 0, arena));
    }
    DatastoreManifest manifest = ManifestFile.read(manifestFile);
    List<Segment> segments = new ArrayList<>();
    for (Base base : manifest.bases()) {
      Path its = folder.toAbsolutePath().normalize().resolveSibling(base.datastore());
      try {
        segments.add(segment(its, baseManifest(its, base, manifest, segments), segments, arena));
      } catch (DatastoreException e) {
        throw new DatastoreException.UnusableBase(folder, base, e);
      }
    }
    segments.add(segment(folder, manifest, segments, arena));
    return segments;
  }

  private static Segment segment(
      Path folder, DatastoreManifest manifest, List<Segment> before, Arena arena)
      throws IOException {
    return new Segment(
        folder,
        manifest.files(),
        Optional.of(manifest),
        before.isEmpty() ? 0 : before.getLast().end(),
        before.isEmpty() ? 0 : before.getLast().endDocument(),
        arena);
  }

  /** The manifest of a base, which must be the one that was appended to. */
  private static DatastoreManifest baseManifest(
      Path folder, Base base, DatastoreManifest appended, List<Segment> before) throws IOException {
    Path file = folder.resolve(DatastoreManifest.FILE);
    if (!Files.isRegularFile(file)) {
      throw new DatastoreException.Missing(file, "the manifest of " + base.datastore());
    }
    byte[] content = Files.readAllBytes(file);
    String digest = ManifestFile.sha256(content);
    if (!digest.equals(base.manifestSha256())) {
      throw new DatastoreException.Corrupt(
          file, "found SHA-256 %s, expected %s".formatted(digest, base.manifestSha256()));
    }
    DatastoreManifest manifest = ManifestFile.parse(file, content);
    if (manifest.numKeys() != base.numKeys()) {
      throw new DatastoreException.BadManifest(
          file, "has %d keys, expected %d".formatted(manifest.numKeys(), base.numKeys()), null);
    }
    if (!manifest.bases().equals(appended.bases().subList(0, before.size()))) {
      throw new DatastoreException.BadManifest(
          file, "is appended to %s, expected others".formatted(manifest.bases()), null);
    }
    Optional<String> difference = appended.difference(manifest);
    if (difference.isPresent()) {
      throw new DatastoreException.BadManifest(file, difference.get(), null);
    }
    return manifest;
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

  /** The segments in the order of their keys; the last is its own. */
  public List<Segment> segments() {
    return segments;
  }

  private Segment own() {
    return segments.getLast();
  }

  /** Number of keys. */
  public long size() {
    return own().end();
  }

  /** Length of a key. */
  public int dimension() {
    return own().files().dimension();
  }

  /** What the names of its own files say. */
  public DatastoreFiles files() {
    return own().files();
  }

  /** The folder it was opened from. */
  public Path folder() {
    return own().folder();
  }

  /** Its own file of keys. */
  public Path keysFile() {
    return own().keysFile();
  }

  /** Its own file of values. */
  public Path valuesFile() {
    return own().valuesFile();
  }

  /** Its own manifest; empty for a folder of the reference's. */
  public Optional<DatastoreManifest> manifest() {
    return own().manifest();
  }

  /** The segment of a key. */
  Segment segment(long id) {
    Objects.checkIndex(id, size());
    int low = 0;
    int high = segments.size();
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).firstKey() <= id) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return segments.get(low);
  }

  /** The token that followed a key. */
  public int value(long id) {
    return segment(id).value(id);
  }

  /**
   * Reads all values for the greatest token id.
   *
   * @throws DatastoreException.Corrupt at a value that is negative, and so no token id
   */
  public int largestValue() {
    int largest = 0;
    for (Segment segment : segments) {
      for (long i = segment.firstKey(); i < segment.end(); i++) {
        int value = segment.value(i);
        if (value < 0) {
          throw new DatastoreException.Corrupt(
              segment.valuesFile(),
              "the value of key %d is %d, no token id".formatted(i - segment.firstKey(), value));
        }
        largest = Math.max(largest, value);
      }
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
    Objects.checkFromIndexSize(offset, Math.multiplyExact(count, dimension()), dst.length);
    forEachRun(
        from,
        count,
        (rows, first) -> {
          int at = offset + Math.toIntExact(first);
          int elements = Math.toIntExact(rows.byteSize() / Short.BYTES);
          for (int i = 0; i < elements; i++) {
            dst[at + i] = Float.float16ToFloat(rows.get(FP16, 2L * i));
          }
        });
  }

  /**
   * Copies {@code count} keys in a row, widened to float32 in the order of this machine's bytes,
   * into {@code dst}, which is 4-byte aligned.
   */
  public void keys(long from, long count, MemorySegment dst) {
    Objects.checkFromIndexSize(0, count * dimension() * Float.BYTES, dst.byteSize());
    forEachRun(
        from,
        count,
        (rows, first) -> {
          long elements = rows.byteSize() / Short.BYTES;
          for (long i = 0; i < elements; i++) {
            dst.setAtIndex(JAVA_FLOAT, first + i, Float.float16ToFloat(rows.get(FP16, 2L * i)));
          }
        });
  }

  @FunctionalInterface
  private interface Run {
    /**
     * @param rows keys of one segment
     * @param first index of their first element among all that are wanted
     */
    void accept(MemorySegment rows, long first);
  }

  private void forEachRun(long from, long count, Run run) {
    Objects.checkFromIndexSize(from, count, size());
    for (long at = from; at < from + count; ) {
      Segment segment = segment(at);
      long length = Math.min(from + count, segment.end()) - at;
      run.accept(segment.keys(at, length), (at - from) * dimension());
      at += length;
    }
  }

  /**
   * Reads everything, the files of its bases too, and compares it with the manifests' checksums; a
   * folder without manifest has none.
   *
   * @throws DatastoreException.Corrupt at the first part that differs
   * @throws DatastoreException.UnusableBase when that is of a base
   */
  public void verify() {
    List<Base> bases = manifest().map(DatastoreManifest::bases).orElse(List.of());
    for (int i = 0; i < bases.size(); i++) {
      try {
        segments.get(i).verify();
      } catch (DatastoreException e) {
        throw new DatastoreException.UnusableBase(folder(), bases.get(i), e);
      }
    }
    own().verify();
  }

  @Override
  public void close() {
    arena.close();
  }
}
