package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few megabytes; a test that cannot have one is skipped. */
final class SmallDisk implements AutoCloseable {
  private final Path folder;

  SmallDisk(Path folder, int megabytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    int mounted =
        exit("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(megabytes), "tmpfs", "" + folder);
    assumeTrue(mounted == 0, "skipped: this machine lets no tmpfs be mounted");
  }

  private static int exit(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .onExit()
        .join()
        .exitValue();
  }

  Path folder() {
    return folder;
  }

  /** Takes all room but some. */
  void fill(int kilobytesLeft) throws IOException {
    long bytes = Files.getFileStore(folder).getUsableSpace() - kilobytesLeft * 1024L;
    byte[] block = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(filler())) {
      for (long left = bytes; left > 0; left -= block.length) {
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    } catch (IOException full) {
      // Others wrote meanwhile
      assertThat(full).hasMessageContaining("No space left on device");
    }
  }

  /** Gives it back. */
  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  @Override
  public void close() throws IOException {
    assertThat(exit("umount", folder.toString())).isZero();
  }
}
