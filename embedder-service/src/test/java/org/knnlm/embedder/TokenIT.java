package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line beside an lm-service that asks who calls. */
class TokenIT {
  private static final String TOKEN = "what embedders show";

  @TempDir static Path folder;
  private static Services services;
  private static CommandLineProcesses embedder;
  private static String corpus;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    services = new Services(folder);
    Path accounts = Files.writeString(folder.resolve("accounts"), "embedder:reader:" + TOKEN);
    services.startLm(
        Models.tinyFacts(), Map.of("knnlm.security.accounts-file", accounts.toString()));
    embedder = new CommandLineProcesses(services);
    corpus = Files.writeString(services.corpora().resolve("lines.txt"), "one\ntwo\n").toString();
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  @Test
  void whoShowsItsTokenIsServed() throws Exception {
    String token = Files.writeString(folder.resolve("token"), TOKEN + "\n").toString();
    var run = embedder.run("embed", "known", "--corpus", corpus, "--token-file", token);
    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @Test
  void whoDoesNotIsTold() throws Exception {
    var run = embedder.run("embed", "unknown", "--corpus", corpus, "--patience", "1");
    assertThat(run.exitCode()).isPositive();
    assertThat(run.output()).contains("a token is needed");

    String none = folder.resolve("none").toString();
    var missing = embedder.run("embed", "missing", "--corpus", corpus, "--token-file", none);
    assertThat(missing.exitCode()).isPositive();
    assertThat(missing.output())
        .contains("--token-file: the token in %s cannot be read".formatted(none))
        .doesNotContain("\tat ");
  }
}
