package org.knnlm.datastore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder {@code .NAME.partial} in which a datastore grows. It gets its final name when it is
 * complete; closed before that, it vanishes. A lock keeps other processes out; what a killed
 * process left behind is removed.
 */
public final class StagingFolder implements AutoCloseable {
  private static final String LOCK = "lock";

  private final Path target;
  private final Path folder;
  private final FileChannel lock;
  private boolean published;

  private StagingFolder(Path target, Path folder, FileChannel lock) {
    this.target = target;
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Makes the folder.
   *
   * @throws DatastoreException.Taken when the datastore exists or another process makes it
   */
  public static StagingFolder create(Path root, DatastoreName name) throws IOException {
    Path target = name.in(root);
    requireFree(target);
    Path folder = root.resolve("." + name + ".partial");
    Files.createDirectories(folder);
    FileChannel lock =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(lock)) {
      lock.close();
      throw new DatastoreException.Taken(folder, "another process is making this datastore");
    }
    var staging = new StagingFolder(target, folder, lock);
    staging.clear();
    return staging;
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void requireFree(Path target) {
    if (Files.exists(target)) {
      throw new DatastoreException.Taken(target, "exists already");
    }
  }

  /** Where to write. */
  public Path path() {
    return folder;
  }

  /**
   * Gives the folder its final name, atomically and durably. The files in it are synced by those
   * who write them.
   *
   * @return the final folder
   * @throws DatastoreException.Taken when the name has been taken meanwhile
   */
  Path publish() throws IOException {
    requireFree(target);
    Files.delete(folder.resolve(LOCK));
    sync(folder);
    Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    published = true;
    sync(target.getParent());
    return target;
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void clear() throws IOException {
    List<Path> leftovers;
    try (Stream<Path> entries = Files.walk(folder)) {
      leftovers = entries.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path leftover : leftovers) {
      if (!leftover.equals(folder) && !leftover.equals(folder.resolve(LOCK))) {
        Files.delete(leftover);
      }
    }
  }

  /** Removes the folder unless it has been published. */
  @Override
  public void close() throws IOException {
    if (!published && Files.exists(folder)) {
      clear();
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.delete(folder);
    }
    lock.close();
  }
}
