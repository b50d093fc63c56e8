package org.knnlm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;

/** The packaged command against packaged services with the tiny model. */
class KnnlmIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root")).toAbsolutePath();
  private static final Path JAR = Path.of("target", "knnlm.jar").toAbsolutePath();
  private static final Path TINY = ROOT.resolve("deploy/local/tinyfacts");
  private static final Duration START = Duration.ofMinutes(5);

  @TempDir private static Path folder;
  private static int evalPort;
  private static ServiceProcess lm;
  private static ServiceProcess eval;

  private record Ended(int exit, String output, String errors) {}

  @BeforeAll
  static void startServices() throws Exception {
    for (String name : List.of("lm-service", "eval-service")) {
      assumeThat(ROOT.resolve(name).resolve("target/quarkus-app/quarkus-run.jar"))
          .as("%s is not packaged", name)
          .exists();
    }
    var ports = new Ports();
    int lmPort = ports.free();
    int lmHttpPort = ports.free();
    evalPort = ports.free();
    lm =
        ServiceProcess.start(
            ROOT,
            "lm-service",
            lmHttpPort,
            Map.of(
                "quarkus.http.port", Integer.toString(lmHttpPort),
                "quarkus.grpc.server.port", Integer.toString(lmPort),
                "knnlm.model.path", TINY.resolve("tinyfacts-2.8m").toString(),
                "knnlm.model.threads", "1"),
            folder.resolve("lm.log"));
    lm.awaitReady(START);
    Path tasks = Files.createDirectory(folder.resolve("tasks"));
    Files.writeString(
        tasks.resolve("endings.yaml"),
        """
        task: endings
        version: 1
        description: two of three rows have an answer
        data: {files: [rows.jsonl], get: nothing}
        score:
          options: ["{one}", "{other}"]
          premise: "The sun is"
          continuation: " {option}"
          answer: {field: answer, first: 0}
        metrics: [lm]
        """);
    Files.writeString(
        Files.createDirectory(folder.resolve("data")).resolve("rows.jsonl"),
        """
        {"one": "hot", "other": "a pen", "answer": 0}
        {"one": "hot", "other": "a pen"}
        {"one": "cold", "other": "bright", "answer": 1}
        """);
    eval =
        ServiceProcess.start(
            ROOT,
            "eval-service",
            evalPort,
            Map.of(
                "quarkus.http.port", Integer.toString(evalPort),
                "quarkus.grpc.clients.lm.port", Integer.toString(lmPort),
                "quarkus.grpc.clients.index.port", "1",
                "knnlm.database", folder.resolve("postgres").toString(),
                "knnlm.tasks", tasks.toString(),
                "knnlm.data", folder.resolve("data").toString()),
            folder.resolve("eval.log"));
    eval.awaitReady(START);
  }

  @AfterAll
  static void stopServices() {
    if (eval != null) {
      eval.close();
    }
    if (lm != null) {
      lm.close();
    }
  }

  private static Process start(Path output, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(folder.resolve(output.getFileName() + ".errors").toFile());
    builder.environment().put("KNNLM_URL", "http://127.0.0.1:" + evalPort);
    return builder.start();
  }

  private static Ended ended(Process process, Path output) throws Exception {
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return new Ended(
        process.exitValue(),
        Files.readString(output),
        Files.readString(folder.resolve(output.getFileName() + ".errors")));
  }

  private static Ended knnlm(String... arguments) throws Exception {
    Path output = Files.createTempFile(folder, "knnlm", ".out");
    return ended(start(output, arguments), output);
  }

  private static String runOf(Path corpus, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--protocol", "blocks", "--text", corpus.toString()));
    arguments.addAll(List.of(more));
    Ended run = knnlm(arguments.toArray(String[]::new));
    assertThat(run.exit()).as(run.errors()).isZero();
    return run.output().strip();
  }

  private static Path shortText() throws IOException {
    List<String> lines = Files.readAllLines(TINY.resolve("corpus.jsonl"));
    return Files.write(folder.resolve("short.jsonl"), lines.subList(0, 60));
  }

  @Test
  void aRunIsFollowedComparedAndExported() throws Exception {
    Path text = shortText();
    String first = runOf(text);
    String second = runOf(text, "--name", "again");
    Ended watched = knnlm("watch", first);
    assertThat(watched.exit()).isZero();
    assertThat(watched.errors()).contains("100 %", "run %s: DONE".formatted(first));

    Ended compared = knnlm("compare", first, second);
    assertThat(compared.exit()).as(compared.errors()).isZero();
    assertThat(compared.output())
        .contains("| task | metric | n | base (run %s) | base (run %s) |".formatted(first, second))
        .contains("| perplexity |")
        .contains("+0.0 [+0.0, +0.0]");

    Path file = folder.resolve("results.json");
    Ended exported = knnlm("export", first, "--format", "harness", "-o", file.toString());
    assertThat(exported.exit()).as(exported.errors()).isZero();
    JsonNode results = Api.JSON.readTree(file.toFile());
    assertThat(results.path("model_name").asText()).isEqualTo("tinyfacts-2.8m");
    assertThat(results.path("results")).hasSize(1);
    for (String format : List.of("csv", "json", "markdown", "latex")) {
      assertThat(knnlm("export", first, "--format", format).output()).contains("perplexity");
    }
  }

  @Test
  void aRunThatIsCancelledSaysSo() throws Exception {
    String run = runOf(TINY.resolve("corpus.jsonl"), "--detach");
    Path output = folder.resolve("watched");
    Process watch = start(output, "watch", run);
    try (var http = HttpClient.newHttpClient()) {
      http.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d/api/runs/%s/cancel".formatted(evalPort, run)))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
    Ended ended = ended(watch, output);
    assertThat(ended.exit()).isEqualTo(3);
    assertThat(ended.errors()).contains("run %s: CANCELLED".formatted(run));
  }

  @Test
  void aRunThatFailsSaysSo() throws Exception {
    Path text =
        Files.writeString(folder.resolve("broken.jsonl"), "{\"text\": \"Hello\"}\n{\"txt\": 1}\n");
    Ended run = knnlm("run", "--protocol", "blocks", "--text", text.toString());
    assertThat(run.exit()).as(run.errors()).isEqualTo(1);
    assertThat(run.errors()).contains("run %s: FAILED: ".formatted(run.output().strip()), "line 2");
    Ended watched = knnlm("watch", run.output().strip());
    assertThat(watched.exit()).isEqualTo(1);
  }

  @Test
  void aRunThatIsDoneButForSomeExamplesSaysSo() throws Exception {
    Ended run = knnlm("run", "--task", "endings");
    assertThat(run.exit()).as(run.errors()).isEqualTo(6);
    assertThat(run.errors())
        .contains("run %s: DONE, 1 examples failed".formatted(run.output().strip()));
    assertThat(knnlm("run", "--task", "endings", "--limit", "1").exit()).isZero();
  }

  @Test
  void whatIsRefusedSaysWhy() throws Exception {
    Ended unknown = knnlm("watch", "4711");
    assertThat(unknown.exit()).isEqualTo(4);
    assertThat(unknown.errors()).contains("there is no run 4711");
    Ended wrong = knnlm("run", "--protocol", "ppl", "--text", "/none");
    assertThat(wrong.exit()).isEqualTo(4);
    assertThat(wrong.errors()).contains("  protocol: found \"ppl\"", "  text: found \"/none\"");
    Ended other = knnlm("run", "--model", "large", "--task", "obqa");
    assertThat(other.exit()).isEqualTo(4);
    assertThat(other.errors()).contains("found \"large\", lm-service has \"tinyfacts-2.8m\"");
    Ended away = knnlm("tasks", "--url", "http://127.0.0.1:1");
    assertThat(away.exit()).isEqualTo(5);
    assertThat(away.errors()).contains("cannot be reached at http://127.0.0.1:1/: no connection");
    assertThat(knnlm("--version").output()).matches("knnlm \\d\\S*\\s+");
  }

  @Test
  void tasksAndDatastoresAreListed() throws Exception {
    Ended tasks = knnlm("tasks");
    assertThat(tasks.exit()).as(tasks.errors()).isZero();
    assertThat(tasks.output()).startsWith("task ").contains("\nobqa ", "\nwikitext ");
    assertThat(knnlm("tasks", "obqa").output()).contains("task: obqa");
    Ended datastores = knnlm("datastores");
    assertThat(datastores.exit()).as(datastores.errors()).isZero();
    assertThat(datastores.output()).startsWith("datastore ").contains(" state ");
  }
}
