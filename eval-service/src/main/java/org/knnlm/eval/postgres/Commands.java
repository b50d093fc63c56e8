package org.knnlm.eval.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the server's programs, if need be under another account: PostgreSQL refuses to be root. */
record Commands(List<String> prefix) {

  /** What a program left: its exit status, and all that it wrote. */
  record Result(int status, String output) {}

  Result run(Path program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return run(command, program.getParent());
  }

  /** Runs a program and throws when it fails. */
  void must(Path program, String... arguments) throws IOException {
    Result result = run(program, arguments);
    if (result.status() != 0) {
      throw new EmbeddedPostgresException(
          "%s ended with status %d: %s"
              .formatted(program.getFileName(), result.status(), result.output().strip()));
    }
  }

  /** Whether a command of the system can be run and succeeds. */
  static boolean succeeds(String... command) {
    try {
      return run(List.of(command), Path.of("/")).status() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Result run(List<String> command, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    // A PGPORT or PGDATA of the user's is meant for another server; messages are read in English.
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      return new Result(process.waitFor(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + command.getFirst(), e);
    }
  }
}
