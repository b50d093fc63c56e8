package org.knnlm.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalDouble;

/** A step of the demo that is a run of eval-service. */
final class Evaluation {
  private Evaluation() {}

  /**
   * Makes a run and waits until it is done.
   *
   * @param request the body of {@code POST /api/runs}
   * @param unit {@code windows} or {@code examples}, what the run is made of
   * @return its id
   * @throws IOException with the reason when it is not
   */
  static String done(EvalClient eval, JsonNode request, String unit, ProgressLine line)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    String id = eval.start(request);
    eval.follow(
        id,
        progress ->
            line.update(
                unit,
                progress.path(unit + "Done").asLong(),
                progress.path(unit + "Total").asLong(),
                progress.path("etaSeconds").isNumber()
                    ? OptionalDouble.of(progress.path("etaSeconds").asDouble())
                    : OptionalDouble.empty()));
    JsonNode run = eval.run(id);
    String state = run.path("state").asText();
    line.done(
        String.format(
            Locale.ROOT, "run %s: %s in %.1f s", id, state, (System.nanoTime() - start) / 1e9));
    if (!state.equals("DONE")) {
      throw new IOException("run " + id + ": " + run.path("error").asText("no reason given"));
    }
    if (run.path("examplesFailed").asInt() > 0) {
      throw new IOException(
          "run %s: %d examples failed".formatted(id, run.path("examplesFailed").asInt()));
    }
    return id;
  }
}
