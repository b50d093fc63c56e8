package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command line, and the packaged index-service that it has build. */
class IndexCommandIT {
  private static final String TOKEN = "who may have indexes built";

  @TempDir static Path folder;
  private static Services services;
  private static CommandLineProcesses embedder;
  private static String runner;
  private static String reader;

  @BeforeAll
  static void start() throws Exception {
    services = new Services(folder);
    services.startLm(Models.tinyFacts());
    embedder = new CommandLineProcesses(services);
    runner = Files.writeString(folder.resolve("runner"), TOKEN).toString();
    reader = Files.writeString(folder.resolve("reader"), TOKEN + "?").toString();
    String corpus =
        Files.writeString(services.corpora().resolve("lines.txt"), "one\n".repeat(300)).toString();
    assertThat(embedder.run("embed", "made", "--corpus", corpus).exitCode()).isZero();
    // Asked before index-service is there: the command waits for it, and then for the datastore
    Process early = embedder.start("index", "made", "--factory=flat", "--token-file", runner);
    startIndex();
    assertThat(early.waitFor()).as("not published").isEqualTo(7);
    assertThat(embedder.run("finalise", "made").exitCode()).isZero();
  }

  private static void startIndex() throws IOException, InterruptedException {
    Path accounts =
        Files.writeString(
            folder.resolve("accounts"),
            "builder:runner:%s%nlooker:reader:%s?%n".formatted(TOKEN, TOKEN));
    services.startIndex(Map.of("knnlm.security.accounts-file", accounts.toString()));
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  @Test
  void anIndexIsBuiltOnce() throws Exception {
    String[] command = {
      "index", "made", "--factory=IVF4,Flat", "--nprobe=2", "--seed=7", "--token-file", runner
    };
    var built = embedder.run(command);
    assertThat(built.exitCode()).isZero();
    assertThat(built.output()).contains("made: IVF4,Flat, nprobe 2, ");
    Map<Path, FileTime> files = indexFiles();
    assertThat(files).isNotEmpty();

    var again = embedder.run(command);
    assertThat(again.exitCode()).isZero();
    assertThat(again.output()).contains("made: IVF4,Flat, nprobe 2, ");
    assertThat(indexFiles()).isEqualTo(files);
  }

  private static Map<Path, FileTime> indexFiles() throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    try (var files = Files.newDirectoryStream(services.datastores().resolve("made"), "*.indexed")) {
      for (Path file : files) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void theExitCodeSaysWhatIsWrong() throws Exception {
    var unknown = embedder.run("index", "unknown", "--token-file", runner);
    assertThat(unknown.exitCode()).isEqualTo(7);
    assertThat(unknown.output()).contains("unknown").doesNotContain("\tat ");

    var wrong =
        embedder.run("index", "made", "--factory=flat", "--nlist=4", "--token-file", runner);
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.output()).contains("nlist");

    var nobody = embedder.run("index", "made");
    assertThat(nobody.exitCode()).isEqualTo(2);
    assertThat(nobody.output()).contains("a token is needed");
    assertThat(embedder.run("index", "made", "--token-file", reader).exitCode()).isEqualTo(2);

    var away = embedder.run("index", "made", "--index=127.0.0.1:1", "--patience=0");
    assertThat(away.exitCode()).isEqualTo(3);
    assertThat(away.output()).contains("index-service at 127.0.0.1:1: ");
  }
}
