package org.knnlm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.OptionalDouble;

/** Follows a run to its end, also across restarts of eval-service. */
final class Watch {
  static final Duration PAUSE = Duration.ofSeconds(2);

  private final Api api;
  private final PrintStream out;
  private final Duration patience;
  private final ProgressBar bar;

  /**
   * @param patience how long eval-service may stay away
   */
  Watch(Api api, PrintStream out, Duration patience) {
    this.api = api;
    this.out = out;
    this.patience = patience;
    this.bar = new ProgressBar(out, Terminal.isWatched());
  }

  /**
   * Returns when the run is in a final state.
   *
   * @throws UnreachableException when eval-service stays away
   */
  ExitCode toTheEnd(long run) throws InterruptedException {
    api.json("api/runs/" + run); // a run that there is not, or a service that is not there
    long lastSeen = System.nanoTime();
    JsonNode now = null;
    while (now == null || !isFinal(now)) {
      try {
        api.events("api/runs/" + run + "/progress", this::show);
        now = api.json("api/runs/" + run);
        lastSeen = System.nanoTime();
      } catch (UnreachableException e) {
        if (System.nanoTime() - lastSeen > patience.toNanos()) {
          bar.end();
          throw e;
        }
        Thread.sleep(PAUSE);
      }
    }
    bar.end();
    String state = now.path("state").asText();
    long failed = now.path("examplesFailed").asLong();
    out.printf(
        "run %d: %s%s%s%n",
        run,
        state,
        now.hasNonNull("error") ? ": " + now.get("error").asText() : "",
        failed > 0 ? ", %,d examples failed".formatted(failed) : "");
    return ExitCode.of(state, failed);
  }

  private static boolean isFinal(JsonNode run) {
    return switch (run.path("state").asText()) {
      case "DONE", "FAILED", "CANCELLED" -> true;
      default -> false;
    };
  }

  private void show(JsonNode progress) {
    String unit = progress.has("examplesTotal") ? "examples" : "windows";
    long done = progress.path(unit + "Done").asLong();
    long failed = progress.path("examplesFailed").asLong();
    long total = progress.path(unit + "Total").asLong();
    bar.update(unit, done, failed, total, eta(progress, total - done - failed));
  }

  private static OptionalDouble eta(JsonNode progress, long left) {
    double rate = progress.path("examplesPerSecond").asDouble();
    if (progress.path("etaSeconds").isNumber()) {
      return OptionalDouble.of(progress.path("etaSeconds").asDouble());
    }
    return rate > 0 && left > 0 ? OptionalDouble.of(left / rate) : OptionalDouble.empty();
  }
}
