package org.knnlm.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code knnlm watch}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = "Follows a run to its end. Ctrl-C leaves the run alone.")
final class WatchCommand implements Callable<Integer> {
  @Mixin private Connection connection;

  @Parameters(paramLabel = "RUN", description = "Number of the run.")
  private long run;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "How long eval-service may stay away meanwhile (default: ${DEFAULT-VALUE}).")
  private int patience = 120;

  @Override
  public Integer call() throws InterruptedException {
    try (Api api = connection.open()) {
      return new Watch(api, System.err, Duration.ofSeconds(patience)).toTheEnd(run).code();
    }
  }
}
