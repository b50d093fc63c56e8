package org.knnlm.lm.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 sums that say whether two services have the same model, in hexadecimal. */
public final class Identity {
  private static final int BUFFER_BYTES = 1 << 20;

  private Identity() {}

  /** The sum of a file's content. */
  public static String ofFile(Path file) {
    MessageDigest digest = sha256();
    addContent(digest, file);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The sum over, for each file in the order of their names: the name in UTF-8, a zero byte, the
   * size as 8 bytes big-endian, the content. Where the directory lies does not matter.
   */
  public static String ofFiles(List<Path> files) {
    MessageDigest digest = sha256();
    files.stream()
        .sorted(Comparator.comparing(file -> file.getFileName().toString()))
        .forEach(
            file -> {
              digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
              digest.update((byte) 0);
              digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, size(file)));
              addContent(digest, file);
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void addContent(MessageDigest digest, Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      throw new InvalidModelException(file + " cannot be read: " + e, e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new InvalidModelException(file + " cannot be read: " + e, e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
