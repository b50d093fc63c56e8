package org.knnlm.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code knnlm export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "The results of a run as a table or file for others.")
final class ExportCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Output output;

  @Parameters(paramLabel = "RUN", description = "Number of the run.")
  private long run;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "NAME",
      description =
          "csv, json, markdown, latex, or harness for the results file of lm-evaluation-harness.")
  private String format;

  @Option(
      names = "--setting",
      paramLabel = "N",
      description = "Of harness: 0 for the base model (default), N for the N-th setting.")
  private Integer setting;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String chosen = setting == null ? "" : "&setting=" + setting;
    try (Api api = connection.open()) {
      output.write(
          api.text("api/runs/%d/export?format=%s%s".formatted(run, Query.escaped(format), chosen)));
    }
    return ExitCode.DONE.code();
  }
}
