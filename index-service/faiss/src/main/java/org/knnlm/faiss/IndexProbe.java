package org.knnlm.faiss;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads an index file and searches it once in a process of its own. faiss believes what a file
 * says: one that lies about its sizes can take down the process that reads it, or all memory.
 */
public final class IndexProbe {
  /** Address space beside the file: a JVM with a small heap, and the tables of a search. */
  private static final long SPACE = 6L << 30;

  /** A mapped file is not read as a whole. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Options of this process are none of the other's: its heap is smaller. */
  private static final Set<String> OPTIONS =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private IndexProbe() {}

  /**
   * Checks a file.
   *
   * @throws FaissException when faiss refuses it, or does not survive it
   * @throws IOException when no process can be started
   */
  public static void check(Path file) throws IOException {
    long kilobytes = (SPACE + 2 * Files.size(file)) >> 10;
    Path said = Files.createTempFile("probe", ".txt");
    try {
      var builder =
          new ProcessBuilder(
                  "/bin/sh",
                  "-c",
                  "ulimit -v " + kilobytes + "; ulimit -c 0; exec \"$0\" \"$@\"",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:ReservedCodeCacheSize=32m",
                  "-XX:CompressedClassSpaceSize=64m",
                  "-XX:-CreateCoredumpOnCrash",
                  "-XX:ErrorFile=/dev/null",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  classPath(),
                  IndexProbe.class.getName(),
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile());
      builder.environment().keySet().removeAll(OPTIONS);
      Process process = builder.start();
      try {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          throw new FaissException(
              "faiss has not read " + file + " after " + LIMIT.toSeconds() + " s", null);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while a process checks " + file, e);
      } finally {
        process.destroyForcibly();
      }
      if (process.exitValue() == 1) {
        throw new FaissException(Files.readString(said).strip(), null);
      }
      if (process.exitValue() != 0) {
        throw new FaissException(
            "faiss does not survive reading %s: exit code %d".formatted(file, process.exitValue()),
            null);
      }
    } finally {
      Files.delete(said);
    }
  }

  /** The jars, or folders, of this class, of JavaCPP, and of the libraries that both load. */
  private static String classPath() {
    return Stream.of(
            "org/knnlm/faiss/IndexProbe.class",
            "org/bytedeco/javacpp/Pointer.class",
            "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so",
            "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0")
        .map(IndexProbe::place)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Of {@code file:/folder/name}, or {@code jar:file:/x.jar!/name}. */
  private static String place(String name) {
    URL found = IndexProbe.class.getClassLoader().getResource(name);
    if (found == null) {
      throw new IllegalStateException(name + " is on no class path");
    }
    String url = found.toString();
    String jar = url.substring(url.indexOf("file:"), url.length() - name.length() - 1);
    return Path.of(URI.create(jar.endsWith("!") ? jar.substring(0, jar.length() - 1) : jar))
        .toString();
  }

  /** Exits with 1 and the reason when faiss refuses the file. */
  public static void main(String[] args) {
    try (FaissIndex index = FaissIndex.read(Path.of(args[0]), ReadMode.MAPPED)) {
      index.search(new float[2 * index.d()], 8, 32, new float[16], new long[16]);
    } catch (FaissException | IllegalStateException | IllegalArgumentException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }
}
