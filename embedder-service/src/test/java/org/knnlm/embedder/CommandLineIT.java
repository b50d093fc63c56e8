package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/** The packaged command line, with the packaged lm-service and the model of the repository. */
class CommandLineIT {
  private static final int DOCUMENTS = 1500;

  @TempDir static Path folder;
  private static Services services;
  private static CommandLineProcesses embedder;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    services = new Services(folder);
    services.startLm(Models.tinyFacts());
    embedder = new CommandLineProcesses(services);
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  private static String text(int i) {
    return Integer.toString(i);
  }

  private static List<String> texts() {
    return IntStream.range(0, DOCUMENTS).mapToObj(CommandLineIT::text).toList();
  }

  private static String lines() throws IOException {
    return Files.writeString(services.corpora().resolve("lines.txt"), String.join("\n", texts()))
        .toString();
  }

  /** The same documents in every layout give the same bytes. */
  @Test
  void layoutsAreTheSameDocuments() throws Exception {
    make("lines", "--corpus", lines());

    Path mixed = Files.createDirectory(services.corpora().resolve("mixed"));
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(mixed.resolve("1.jsonl.gz")))) {
      gzip.write(
          texts().subList(0, 400).stream()
              .map(text -> "{\"body\": \"%s\"}\n".formatted(text))
              .collect(Collectors.joining())
              .getBytes(StandardCharsets.UTF_8));
    }
    try (var duckdb = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        var statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT i AS id, CAST(i AS VARCHAR) AS body FROM range(400, 1200) t(i)) TO '%s' (FORMAT parquet)"
              .formatted(mixed.resolve("2.parquet")));
    }
    Files.writeString(
        mixed.resolve("3.csv"),
        texts().subList(1200, DOCUMENTS).stream()
            .map(text -> "x,\"%s\"\n".formatted(text))
            .collect(Collectors.joining("", "id,body\n", "")));
    make("mixed", "--corpus", mixed.toString(), "--text-column", "body");
    assertSame("mixed", "lines");
    try (var datastore = Datastore.open(services.datastores().resolve("mixed"))) {
      assertThat(datastore.manifest().orElseThrow().origin().corpus().documents())
          .isEqualTo(DOCUMENTS);
    }
  }

  private static void make(String name, String... corpus) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("embed", name));
    arguments.addAll(List.of(corpus));
    assertThat(embedder.run(arguments.toArray(String[]::new)).exitCode()).isZero();
    assertThat(embedder.run("finalise", name).exitCode()).isZero();
  }

  private static void assertSame(String name, String other) throws IOException {
    try (var a = Datastore.open(services.datastores().resolve(name));
        var b = Datastore.open(services.datastores().resolve(other))) {
      assertThat(Files.mismatch(a.keysFile(), b.keysFile())).isEqualTo(-1);
      assertThat(Files.mismatch(a.valuesFile(), b.valuesFile())).isEqualTo(-1);
    }
  }

  @Test
  void appendsByWorkersAndVerifiesAll() throws Exception {
    String lines = lines();
    make("first", "--corpus", lines);
    for (String worker : List.of("1", "0")) {
      var run =
          embedder.run(
              "embed",
              "grown",
              "--corpus",
              lines,
              "--append-to",
              "first",
              "--worker",
              worker,
              "--workers",
              "2");
      assertThat(run.exitCode()).isZero();
    }
    assertThat(embedder.run("finalise", "grown").exitCode()).isZero();
    assertSame("grown", "first");
    var verified = embedder.run("verify", "grown", "--sample", "6");
    assertThat(verified.exitCode()).isZero();
    assertThat(verified.output()).contains(" in first and its own): checksums are right");

    var nobody = embedder.run("embed", "x", "--corpus", lines, "--append-to", "nobody");
    assertThat(nobody.exitCode()).isEqualTo(4);
    assertThat(nobody.output()).contains("no datastore is called nobody");
    assertThat(embedder.run("embed", "x", "--corpus", lines, "--append-to", "A").exitCode())
        .isEqualTo(2);
    assertThat(services.datastores().resolve(".x.partial")).doesNotExist();
  }

  @Test
  void estimatesAndRefusals() throws Exception {
    String lines = lines();
    var estimate = embedder.run("embed", "estimated", "--corpus", lines, "--dry-run");
    assertThat(estimate.exitCode()).isZero();
    assertThat(estimate.output())
        .contains(
            "corpus  1,500 documents with ",
            "0 blank ones left out",
            " of dimension 192 in 2 parts: ")
        .contains("values  ", "index   about ", "time    about ", " keys/s");

    assertThat(embedder.run("finalise", "estimated").exitCode()).isEqualTo(7);
    var worker =
        embedder.run("embed", "estimated", "--corpus", lines, "--worker", "2", "--workers", "2");
    assertThat(worker.exitCode()).isEqualTo(2);
    assertThat(worker.output()).contains("worker 2 of 2, allowed are 0 to 1");
    assertThat(embedder.run("embed", "Estimated", "--corpus", lines).exitCode()).isEqualTo(2);
    assertThat(embedder.run("embed", "estimated", "--corpus", "/nowhere.txt").exitCode())
        .isEqualTo(2);
    var other = embedder.run("embed", "estimated", "--corpus", lines, "--key", "LAST_FFN_OUTPUT");
    assertThat(other.exitCode()).isEqualTo(4);
    assertThat(other.output()).contains(".estimated.partial was begun with keys LAST_FFN_INPUT");
    var away =
        embedder.run("embed", "away", "--corpus", lines, "--lm", "127.0.0.1:1", "--patience", "7");
    assertThat(away.exitCode()).isEqualTo(3);
    assertThat(away.output())
        .contains("counting: 0 documents in 5 s; waiting for lm-service at 127.0.0.1:1: ")
        .contains("lm-service at 127.0.0.1:1 is unavailable after ");

    make("estimated", "--corpus", lines);
    var taken = embedder.run("embed", "estimated", "--corpus", lines);
    assertThat(taken.exitCode()).isEqualTo(7);
    assertThat(taken.output()).contains("exists already");
    var verified = embedder.run("verify", "estimated", "--sample", "3");
    assertThat(verified.exitCode()).isZero();
    Path keys;
    try (var files = Files.list(services.datastores().resolve("estimated"))) {
      keys = files.filter(file -> file.toString().endsWith("keys.npy")).findAny().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(keys);
    bytes[1000] ^= 1;
    Files.write(keys, bytes);
    var damaged = embedder.run("verify", "estimated");
    assertThat(damaged.exitCode()).isEqualTo(5);
    assertThat(damaged.output()).contains("found CRC-32C");
    var help = embedder.run("--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.output()).contains("embed", "finalise", "verify", "Exit codes:");
  }

  /** A document of several requests has the tokens of its whole text. */
  @Test
  void aHugeDocumentHasItsTokens() throws Exception {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 3_000_000; i++) {
      text.append((i % 50 == 0 ? "Line %d.\n\n" : "word and %d more, naïve ").formatted(i));
    }
    Path corpus = Files.writeString(services.corpora().resolve("huge.md"), text);
    var planned =
        embedder.run(
            "embed", "huge", "--corpus", corpus.toString(), "--format", "WHOLE", "--dry-run");
    assertThat(planned.exitCode()).isZero();
    assertThat(planned.output()).contains("1 tokenized in pieces");
    var channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", services.lmPort())
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
    try {
      List<Integer> whole = new ArrayList<>();
      LanguageModelGrpc.newBlockingStub(channel)
          .tokenize(TokenizeRequest.newBuilder().addTexts(text.toString()).build())
          .forEachRemaining(reply -> whole.addAll(reply.getTokenIdsList()));
      var tokens =
          java.nio.ByteBuffer.wrap(
                  Files.readAllBytes(services.datastores().resolve(".huge.partial/work/tokens")))
              .order(java.nio.ByteOrder.LITTLE_ENDIAN)
              .asIntBuffer();
      int[] found = new int[tokens.remaining()];
      tokens.get(found);
      assertThat(found).isEqualTo(whole.stream().mapToInt(Integer::intValue).toArray());
    } finally {
      channel.shutdownNow();
    }
  }
}
