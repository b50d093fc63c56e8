package org.knnlm.eval.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.knnlm.eval.comparison.Comparison;
import org.knnlm.eval.comparison.Comparisons;
import org.knnlm.eval.comparison.HarnessResults;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.statistics.Resampling;
import org.knnlm.eval.task.Request;
import org.knnlm.eval.task.Task;

/** The results of a run for others, over HTTP. */
@Path("/api/runs/{id}/export")
public class ExportResource {
  private static final String HARNESS = "harness";

  private final Comparisons comparisons;
  private final RunStore store;

  ExportResource(Comparisons comparisons, RunStore store) {
    this.comparisons = comparisons;
    this.store = store;
  }

  @GET
  @Operation(
      summary =
          "The results of a finished run as json, csv, markdown or latex, or as harness: the layout"
              + " of lm-evaluation-harness, for the base model or another setting.")
  public Response export(
      @RestPath long id, @RestQuery String format, @RestQuery @DefaultValue("0") int setting) {
    Run run = RunLookup.find(store, id);
    int settings = run.spec().settings().size();
    if (setting < 0 || setting > settings) {
      throw new InvalidRunException(
          List.of(
              new FieldProblem(
                  "setting", "found %d, allowed is 0 to %d".formatted(setting, settings))));
    }
    if (!HARNESS.equals(format)) {
      ComparisonFormat writer =
          ComparisonFormat.ofKey(format)
              .orElseThrow(() -> ComparisonFormat.unknown(format, HARNESS));
      return writer.write(compared(run), Resampling.DEFAULT);
    }
    return Response.ok(HarnessResults.of(compared(run), setting, about(run, setting))).build();
  }

  private Comparison compared(Run run) {
    return comparisons.compare(List.of(run), Resampling.DEFAULT);
  }

  private static HarnessResults.About about(Run run, int setting) {
    ModelInfo model = run.provenance().model();
    String retrieval = setting == 0 ? "" : ",retrieval=" + run.spec().settings().get(setting - 1);
    Map<String, Integer> shots = new HashMap<>();
    run.spec()
        .tasks()
        .forEach(
            task -> {
              if (Task.parse(task.name(), task.definition()).request()
                  instanceof Request.Generate generate) {
                shots.put(task.name(), generate.shots());
              }
            });
    return new HarnessResults.About(
        new HarnessResults.Config(
            "knnlm",
            "pretrained=" + model.id() + retrieval,
            model.datatype(),
            model.sha256(),
            model.device(),
            Resampling.DEFAULT.resamples()),
        shots,
        run.provenance().gitRevision(),
        run.startedAt().orElseThrow(),
        run.finishedAt().orElseThrow());
  }
}
