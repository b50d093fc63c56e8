package org.knnlm.eval.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use a folder, which the kernel takes back when this process ends, however it ends.
 */
final class FolderLock implements AutoCloseable {
  static final String FILE = "lock";

  // The kernel's lock is the process's: opening and closing the file a second time would drop it.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * @param folder real path
   * @throws EmbeddedPostgresException when somebody else has the folder
   */
  static FolderLock take(Path folder) throws IOException {
    long pid = ProcessHandle.current().pid();
    if (!HELD_HERE.add(folder)) {
      throw refusal(folder, Long.toString(pid));
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(folder.resolve(FILE), CREATE, READ, WRITE);
      if (channel.tryLock() == null) {
        throw refusal(folder, content(channel));
      }
      channel.truncate(0).write(ByteBuffer.wrap(Long.toString(pid).getBytes(UTF_8)), 0);
      return new FolderLock(folder, channel);
    } catch (IOException | RuntimeException e) {
      HELD_HERE.remove(folder);
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
  }

  private static EmbeddedPostgresException refusal(Path folder, String pid) {
    return new EmbeddedPostgresException(
        ("process %s already uses the database folder %s: stop it, or give this service another"
                + " folder (knnlm.database) or a PostgreSQL of its own (QUARKUS_DATASOURCE_JDBC_URL)")
            .formatted(pid, folder));
  }

  private static String content(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return UTF_8.decode(bytes.flip()).toString();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD_HERE.remove(folder);
  }
}
