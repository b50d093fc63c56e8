package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.knnlm.embedder.CommandLineProcesses.Ended;

/**
 * Small corpora that are large when decompressed, through the packaged command line with a heap of
 * 512 MiB: they end with an error or a result, in little memory and disk.
 */
class DecompressionBombIT {
  private static final int PIECE = 64 << 20;

  /** 64 GiB. */
  private static final int PIECES = 1024;

  @TempDir static Path folder;
  private static Services services;
  private static CommandLineProcesses embedder;

  private enum Format {
    GZ {
      @Override
      OutputStream compressed(OutputStream out) throws IOException {
        return new GZIPOutputStream(out);
      }
    },
    ZST {
      @Override
      OutputStream compressed(OutputStream out) throws IOException {
        return new ZstdOutputStream(out);
      }
    };

    abstract OutputStream compressed(OutputStream out) throws IOException;

    byte[] compressed(byte[] bytes) throws IOException {
      var compressed = new ByteArrayOutputStream();
      try (var out = compressed(compressed)) {
        out.write(bytes);
      }
      return compressed.toByteArray();
    }
  }

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    services = new Services(folder);
    Files.createDirectories(services.datastores());
    services.startLm(Models.tinyFacts());
    embedder = new CommandLineProcesses(services);
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  private static byte[] piece(char filling) {
    byte[] piece = new byte[PIECE];
    Arrays.fill(piece, (byte) filling);
    return piece;
  }

  /** Two documents, and as many pieces. */
  private static Path corpus(String name, Format format, byte[] piece, int pieces)
      throws IOException {
    Path file = services.corpora().resolve(name + "." + format.name().toLowerCase(Locale.ROOT));
    byte[] compressed = format.compressed(piece);
    try (var out = Files.newOutputStream(file)) {
      out.write(format.compressed("one two\nthree four\n".getBytes(StandardCharsets.UTF_8)));
      for (int i = 0; i < pieces; i++) {
        out.write(compressed);
      }
    }
    return file;
  }

  private static void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.walk(services.datastores())) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLineWithoutEndIsRefused(Format format) throws Exception {
    Path corpus = corpus("line.txt", format, piece('a'), PIECES);
    assertThat(Files.size(corpus)).isLessThan(100L << 20);

    Ended ended = embedder.run("embed", "line", "--corpus", corpus.toString());
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output()).contains("line 3: longer than 67108864 bytes");
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void aDocumentWithoutEndIsRefused(Format format) throws Exception {
    Path corpus = corpus("whole.txt", format, piece('a'), PIECES);
    Ended ended =
        embedder.run("embed", "whole", "--corpus", corpus.toString(), "--format", "WHOLE");
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output()).contains("67108864 bytes");
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void blankLinesAreCountedAndKeepNoRoom(Format format) throws Exception {
    Path corpus = corpus("blank.txt", format, piece('\n'), 2);
    Ended ended = embedder.run("embed", "blank", "--corpus", corpus.toString());
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("2 documents", "%,d blank".formatted(2L * PIECE));
    try (Stream<Path> files = Files.walk(services.datastores())) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum())
          .isLessThan(1 << 20);
    }
    deleteAll();
  }

  private static void deleteAll() throws IOException {
    try (Stream<Path> files = Files.walk(services.datastores())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(services.datastores())) {
          Files.delete(file);
        }
      }
    }
  }

  /** A header that asks for a window of 3.75 TiB, and eight bytes. */
  @Test
  void aWindowLargerThanMemoryIsNotMade() throws Exception {
    Path corpus = services.corpora().resolve("window.txt.zst");
    Files.write(corpus, HexFormat.of().parseHex("28b52ffd00ff4100006f6e652074776f0a"));
    Ended ended = embedder.run("embed", "window", "--corpus", corpus.toString());
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("1 documents");
    deleteAll();
  }
}
