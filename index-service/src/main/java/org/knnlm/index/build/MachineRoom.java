package org.knnlm.index.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Memory by Linux's own accounts: {@code MemAvailable} of {@code /proc/meminfo}, or what is left
 * below the lowest limit of this process's cgroup (version 2) and those above it, whichever is
 * less. A cgroup's page cache that is not in use counts as free.
 */
public final class MachineRoom implements Room {
  private static final String CGROUPS = "sys/fs/cgroup";

  private final Path root;

  /** This machine's. */
  public MachineRoom() {
    this(Path.of("/"));
  }

  /**
   * @param root folder that has {@code proc} and {@code sys}
   */
  MachineRoom(Path root) {
    this.root = root;
  }

  @Override
  public long memory() throws IOException {
    long available = value(root.resolve("proc/meminfo"), "MemAvailable:").orElseThrow() * 1024;
    Path top = root.resolve(CGROUPS);
    for (Path group = group(); group.startsWith(top); group = group.getParent()) {
      available = Math.min(available, left(group));
    }
    return available;
  }

  private Path group() throws IOException {
    Path top = root.resolve(CGROUPS);
    Path own = root.resolve("proc/self/cgroup");
    if (!Files.exists(own)) {
      return top;
    }
    try (Stream<String> lines = Files.lines(own)) {
      return lines
          .filter(line -> line.startsWith("0::/"))
          .map(line -> top.resolve(line.substring("0::/".length())).normalize())
          .findFirst()
          .orElse(top);
    }
  }

  private static long left(Path group) throws IOException {
    Path max = group.resolve("memory.max");
    Path current = group.resolve("memory.current");
    if (!Files.exists(max) || !Files.exists(current)) {
      return Long.MAX_VALUE;
    }
    String limit = Files.readString(max).strip();
    if (limit.equals("max")) {
      return Long.MAX_VALUE;
    }
    long cache = value(group.resolve("memory.stat"), "inactive_file").orElse(0);
    long used = Math.max(0, Long.parseLong(Files.readString(current).strip()) - cache);
    return Math.max(0, Long.parseLong(limit) - used);
  }

  private static OptionalLong value(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> line.split("\\s+"))
          .filter(words -> words.length > 1 && words[0].equals(name))
          .mapToLong(words -> Long.parseLong(words[1]))
          .findFirst();
    }
  }

  @Override
  public long disk(Path folder) throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }
}
