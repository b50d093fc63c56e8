package org.knnlm.index.shard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The hidden folder in a datastore's folder in which an index grows, held by one builder at a time
 * over all processes. What a killed process left in it stays.
 */
public final class BuildFolder implements AutoCloseable {
  /** Its name. */
  public static final String NAME = ".index-build";

  private static final String LOCK = "lock";

  /**
   * Those held in this process: closing a second channel on the lock's file would let go of the
   * lock.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private BuildFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder, or takes over the one that is there.
   *
   * @param datastore folder of the datastore
   * @throws BuildFolderHeldException when a builder has it
   */
  public static BuildFolder open(Path datastore) throws IOException {
    Path path = datastore.resolve(NAME).toAbsolutePath().normalize();
    if (!HELD.add(path)) {
      throw new BuildFolderHeldException(path);
    }
    try {
      return new BuildFolder(path, locked(path));
    } catch (IOException | RuntimeException e) {
      HELD.remove(path);
      throw e;
    }
  }

  private static FileChannel locked(Path path) throws IOException {
    while (true) {
      Files.createDirectories(path);
      FileChannel channel;
      try {
        channel =
            FileChannel.open(
                path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      } catch (NoSuchFileException removedMeanwhile) {
        continue;
      }
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new BuildFolderHeldException(path);
      }
      if (Files.exists(path.resolve(LOCK))) {
        return channel;
      }
      channel.close(); // another process ended its build and removed the folder before we locked
    }
  }

  /** Whether a datastore has such a folder: a build is under way, or was interrupted. */
  public static boolean exists(Path datastore) {
    return Files.isDirectory(datastore.resolve(NAME));
  }

  /** Size of the files that only a datastore's build folder has, 0 without one. */
  public static long bytes(Path datastore) throws IOException {
    if (!exists(datastore)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(datastore.resolve(NAME))) {
      long sum = 0;
      for (Path file : files.toList()) {
        sum += Files.isRegularFile(file) && !isShared(file) ? Files.size(file) : 0;
      }
      return sum;
    }
  }

  private static boolean isShared(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:nlink") > 1;
  }

  /** The path of a file in it. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Removes every file that is not named. */
  public void retain(Set<String> names) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(path)) {
      files = entries.toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!names.contains(name) && !name.equals(LOCK)) {
        Files.delete(file);
      }
    }
  }

  /** Removes the folder with all that is in it. */
  public void delete() throws IOException {
    retain(Set.of());
    Files.delete(file(LOCK));
    Files.delete(path);
    DurableFiles.syncFolder(path.getParent());
  }

  /** Lets go of the folder. */
  @Override
  public void close() throws IOException {
    try {
      lock.close();
    } finally {
      HELD.remove(path);
    }
  }
}
