package org.knnlm.datastore;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;

/**
 * Writes the files of a datastore into a staging folder, in parts that any threads of any processes
 * may write in any order, and publishes them when all are there.
 */
public final class DatastoreWriter implements AutoCloseable {
  private static final int CRC_BYTES = 1 << 20;

  private final StagingFolder staging;
  private final DatastoreFiles files;
  private final Origin origin;
  private final FileChannel keys;
  private final FileChannel values;
  private final Queue<Part> parts = new ConcurrentLinkedQueue<>();

  /**
   * Makes both files in their full size; where they are already, their bytes stay.
   *
   * @param dimension length of a key
   */
  public DatastoreWriter(StagingFolder staging, long numKeys, int dimension, Origin origin)
      throws IOException {
    this.staging = staging;
    this.files = new DatastoreFiles(origin.model().type(), numKeys, dimension);
    this.origin = origin;
    this.keys = allocate(staging.path().resolve(files.keysName()), files.keysBytes());
    try {
      this.values = allocate(staging.path().resolve(files.valuesName()), files.valuesBytes());
    } catch (IOException e) {
      keys.close();
      throw e;
    }
  }

  // the channel owns the file from here on
  @SuppressWarnings("resource")
  private static FileChannel allocate(Path path, long bytes) throws IOException {
    var file = new RandomAccessFile(path.toFile(), "rw");
    try {
      file.setLength(bytes);
      return file.getChannel();
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Takes over a part that was written earlier, by any process.
   *
   * @return whether its bytes are still those
   */
  public boolean takeOver(Part part) throws IOException {
    boolean whole =
        crc(keys, part, files.keyBytes()) == part.keysCrc32c()
            && crc(values, part, Integer.BYTES) == part.valuesCrc32c();
    if (whole) {
      parts.add(part);
    }
    return whole;
  }

  private static long crc(FileChannel file, Part part, long rowBytes) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(CRC_BYTES);
    long end = (part.firstKey() + part.numKeys()) * rowBytes;
    for (long at = part.firstKey() * rowBytes; at < end; ) {
      buffer.clear().limit((int) Math.min(CRC_BYTES, end - at));
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new EOFException("byte %d of %d".formatted(at, end));
      }
      crc.update(buffer.flip());
      at += read;
    }
    return crc.getValue();
  }

  /**
   * Begins a part: the keys {@code firstKey} to {@code firstKey + numKeys}. One thread writes it;
   * other threads may write other parts.
   */
  public PartWriter part(long firstKey, long numKeys) {
    if (firstKey < 0 || numKeys < 0 || firstKey + numKeys > files.numKeys()) {
      throw new IllegalArgumentException(
          "%d keys from %d are not within %d".formatted(numKeys, firstKey, files.numKeys()));
    }
    return new PartWriter(files, keys, values, firstKey, numKeys, parts::add);
  }

  /**
   * Publishes a datastore that stands alone and does not know its documents; see the last.
   *
   * @return the final folder
   * @throws IllegalStateException when the finished parts are not all keys, each once
   * @throws DatastoreException.Taken when the name has been taken meanwhile
   */
  public Path publish() throws IOException {
    return publish(Optional.empty(), List.of());
  }

  /** Publishes a datastore that stands alone; see the last. */
  public Path publish(DocumentsFile documents) throws IOException {
    return publish(documents, List.of());
  }

  /**
   * Makes the datastore durable, writes its manifest, and gives it its final name. The caller has
   * the folder's claim.
   *
   * @param documents what {@link DocumentsWriter} has written into the same folder
   * @param bases the datastores that it is appended to, see {@link Predecessor}
   * @return the final folder
   * @throws IllegalStateException when the finished parts are not all keys, each once
   * @throws DatastoreException.Taken when the name has been taken meanwhile
   */
  public Path publish(DocumentsFile documents, List<Base> bases) throws IOException {
    return publish(Optional.of(documents), bases);
  }

  private Path publish(Optional<DocumentsFile> documents, List<Base> bases) throws IOException {
    DatastoreManifest manifest = manifest(documents, bases);
    keys.force(true);
    values.force(true);
    close();
    ManifestFile.write(staging.path().resolve(DatastoreManifest.FILE), manifest);
    return staging.publish();
  }

  private DatastoreManifest manifest(Optional<DocumentsFile> documents, List<Base> bases) {
    List<Part> sorted =
        parts.stream()
            .sorted(Comparator.comparingLong(Part::firstKey).thenComparingLong(Part::numKeys))
            .toList();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    try {
      return new DatastoreManifest(
          bases, files.numKeys(), files.dimension(), origin, sorted, documents, now);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("the datastore is not complete: " + e.getMessage(), e);
    }
  }

  /** Closes the files. */
  @Override
  public void close() throws IOException {
    try (keys;
        values) {
      // both are closed, whatever the first one throws
    }
  }
}
