package org.knnlm.eval.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.knnlm.eval.comparison.Comparisons;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.statistics.Resampling;

/** Runs side by side, over HTTP. */
@Path("/api/compare")
public class CompareResource {
  private static final int MAX_RUNS = 16;
  private static final int MAX_PAGE_SIZE = 1000;

  private final Comparisons comparisons;
  private final RunStore store;

  CompareResource(Comparisons comparisons, RunStore store) {
    this.comparisons = comparisons;
    this.store = store;
  }

  @GET
  @Operation(
      summary =
          "The models of finished runs against the base model of the first: differences with"
              + " bootstrap intervals, McNemar's exact test, Holm's correction over tasks."
              + " runs: numbers with commas between them; format: json, csv, markdown or latex.")
  public Response compare(@RestQuery String runs, @RestQuery @DefaultValue("json") String format) {
    ComparisonFormat writer =
        ComparisonFormat.ofKey(format).orElseThrow(() -> ComparisonFormat.unknown(format));
    return writer.write(comparisons.compare(find(runs), Resampling.DEFAULT), Resampling.DEFAULT);
  }

  @GET
  @Path("examples")
  @Operation(
      summary = "Examples of a task that some model of the runs gets right and another wrong.")
  public Page<DifferingView> examples(
      @RestQuery String runs,
      @RestQuery String task,
      @RestQuery @DefaultValue("0") int page,
      @RestQuery @DefaultValue("100") int size) {
    if (task == null) {
      throw invalid("task", "found nothing, the name of a task is needed");
    }
    if (page < 0) {
      throw invalid("page", "found %d, allowed is 0 or more".formatted(page));
    }
    if (size < 1 || size > MAX_PAGE_SIZE) {
      throw invalid("size", "found %d, allowed is 1 to %d".formatted(size, MAX_PAGE_SIZE));
    }
    return comparisons.differing(find(runs), task, page, size).map(DifferingView::of);
  }

  private List<Run> find(String runs) {
    if (runs == null || !runs.matches("\\d{1,18}(,\\d{1,18})*")) {
      throw invalid(
          "runs",
          "found %s, numbers of runs are needed with commas between them"
              .formatted(runs == null ? "nothing" : "\"" + runs + "\""));
    }
    List<Long> ids = Arrays.stream(runs.split(",", -1)).map(Long::valueOf).toList();
    if (ids.size() > MAX_RUNS || ids.stream().distinct().count() < ids.size()) {
      throw invalid(
          "runs", "found \"%s\", allowed are at most %d runs, each once".formatted(runs, MAX_RUNS));
    }
    return ids.stream().map(id -> RunLookup.find(store, id)).toList();
  }

  private static InvalidRunException invalid(String field, String problem) {
    return new InvalidRunException(List.of(new FieldProblem(field, problem)));
  }
}
