package org.knnlm.datastore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder {@code .NAME.partial} in which a datastore grows, over any number of processes and
 * their deaths. It gets its final name when it is complete. What only the making needs lies in
 * {@link #work()}.
 *
 * <p>Processes share it through locks on ranges of one file, which end with the process: one for
 * what only one may do at a time, and one for each part.
 */
public final class StagingFolder implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String WORK = "work";

  private final Path target;
  private final Path folder;
  private final FileChannel lock;

  private StagingFolder(Path target, Path folder, FileChannel lock) {
    this.target = target;
    this.folder = folder;
    this.lock = lock;
  }

  /** Something that no other process has until it is closed. */
  public static final class Claim implements AutoCloseable {
    private final FileLock lock;

    private Claim(FileLock lock) {
      this.lock = lock;
    }

    @Override
    public void close() throws IOException {
      if (lock.acquiredBy().isOpen()) {
        lock.release();
      }
    }
  }

  /**
   * Opens the folder, and makes it when it is not there.
   *
   * @throws DatastoreException.Taken when the datastore exists
   */
  public static StagingFolder open(Path root, DatastoreName name) throws IOException {
    Path target = name.in(root);
    requireFree(target);
    Path folder = root.resolve("." + name + ".partial");
    Files.createDirectories(folder.resolve(WORK));
    FileChannel lock =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return new StagingFolder(target, folder, lock);
  }

  private static void requireFree(Path target) {
    if (Files.exists(target)) {
      throw new DatastoreException.Taken(target, "exists already");
    }
  }

  /**
   * Claims what only one may do: to plan, to publish, to start anew.
   *
   * @throws DatastoreException.Taken when another has it, or the datastore has been published
   *     meanwhile
   */
  public Claim claim() throws IOException {
    FileLock claimed = tryLock(0, 1);
    if (claimed == null) {
      throw new DatastoreException.Taken(folder, "another process is making this datastore");
    }
    return present(claimed);
  }

  /** The same, after waiting until nobody else has it. */
  public Claim awaitClaim() throws IOException {
    return present(lock.lock(0, 1, false));
  }

  /** Claims a part, after waiting until nobody else has it. */
  public Claim awaitPart(long index) throws IOException {
    return present(lock.lock(1 + index, 1, false));
  }

  /** Claims all parts; see {@link #claim}. */
  private Claim claimParts() throws IOException {
    FileLock claimed = tryLock(1, Long.MAX_VALUE - 1);
    if (claimed == null) {
      throw new DatastoreException.Taken(folder, "other processes write its parts");
    }
    return new Claim(claimed);
  }

  private FileLock tryLock(long position, long size) throws IOException {
    try {
      return lock.tryLock(position, size, false);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** A lock on a file that has gone with its folder is none. */
  private Claim present(FileLock claimed) throws IOException {
    try {
      requireFree(target);
      if (!Files.exists(folder.resolve(LOCK))) {
        throw new DatastoreException.Taken(folder, "was removed meanwhile");
      }
      return new Claim(claimed);
    } catch (RuntimeException e) {
      claimed.release();
      throw e;
    }
  }

  /** Where to write what is to be published. */
  public Path path() {
    return folder;
  }

  /** Where to write what only the making needs. */
  public Path work() {
    return folder.resolve(WORK);
  }

  /** Whether everything is written and only the name is missing. */
  public boolean isComplete() {
    return Files.exists(folder.resolve(DatastoreManifest.FILE));
  }

  /**
   * Removes what is in the folder. The caller has the claim.
   *
   * @throws DatastoreException.Taken when parts of it are being written
   */
  public void clear() throws IOException {
    try (var _ = claimParts()) {
      remove(false);
      Files.createDirectories(work());
    }
  }

  /** Removes the folder. The caller has the claim. */
  public void discard() throws IOException {
    try (var _ = claimParts()) {
      remove(false);
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.deleteIfExists(folder);
    }
  }

  /**
   * Gives a complete folder its final name, atomically and durably. The files in it are synced by
   * those who write them; the caller has the claim.
   *
   * @return the final folder
   * @throws DatastoreException.Taken when the name has been taken meanwhile
   */
  public Path publish() throws IOException {
    if (!isComplete()) {
      throw new IllegalStateException(folder + " has no " + DatastoreManifest.FILE);
    }
    try (var _ = claimParts()) {
      requireFree(target);
      remove(true);
      Files.deleteIfExists(folder.resolve(LOCK));
      sync(folder);
      Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
      sync(target.getParent());
      return target;
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes what only the making needs, or everything but the lock. */
  private void remove(boolean workOnly) throws IOException {
    Path from = workOnly ? work() : folder;
    if (!Files.exists(from)) {
      return;
    }
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(from)) {
      entries = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : entries) {
      if (!entry.equals(folder) && !entry.equals(folder.resolve(LOCK))) {
        Files.delete(entry);
      }
    }
  }

  /** Gives up all claims; the folder stays. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
