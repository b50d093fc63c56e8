package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The packaged command line, as processes beside the services of a test. */
final class CommandLineProcesses {
  private final Services services;
  private final AtomicInteger started = new AtomicInteger();

  CommandLineProcesses(Services services) {
    this.services = services;
  }

  /**
   * What a process left behind.
   *
   * @param output both streams
   */
  record Ended(int exitCode, String output) {}

  Process start(String... arguments) throws IOException {
    return start(log(), arguments);
  }

  private Path log() throws IOException {
    return Files.createDirectories(services.datastores().resolveSibling("logs"))
        .resolve("command-%d.log".formatted(started.incrementAndGet()));
  }

  private Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            Models.ROOT.resolve("embedder-service/target/quarkus-app/quarkus-run.jar").toString()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("KNNLM_DATASTORES", services.datastores().toString());
    builder.environment().put("KNNLM_LM", "127.0.0.1:" + services.lmPort());
    builder.environment().put("KNNLM_INDEX", "127.0.0.1:" + services.indexPort());
    return builder.start();
  }

  /** Runs a command to its end. */
  Ended run(String... arguments) throws IOException, InterruptedException {
    Path log = log();
    Process process = start(log, arguments);
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ends").isTrue();
      String output = Files.readString(log);
      System.out.print(output);
      return new Ended(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
