package org.knnlm.eval.rest;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Variant;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.knnlm.eval.ExampleWorkers;
import org.knnlm.eval.RunWorker;
import org.knnlm.eval.example.ExampleFilter;
import org.knnlm.eval.example.ExampleOrder;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunRequest;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Submissions;
import org.knnlm.eval.table.CsvTable;
import org.knnlm.eval.table.Table;
import org.knnlm.eval.table.TaskCsv;
import org.knnlm.eval.table.TaskTable;
import org.knnlm.eval.table.TaskText;
import org.knnlm.eval.table.TextTable;

/** Runs over HTTP. */
@Path("/api/runs")
public class RunResource {
  private static final String CSV = "text/csv";
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_PAGE_SIZE = 1000;

  private final Submissions submissions;
  private final RunStore store;
  private final ExampleStore examples;
  private final RunWorker worker;
  private final ExampleWorkers workers;
  private final RunViews views;

  RunResource(
      Submissions submissions,
      RunStore store,
      ExampleStore examples,
      RunWorker worker,
      ExampleWorkers workers,
      RunViews views) {
    this.submissions = submissions;
    this.store = store;
    this.examples = examples;
    this.worker = worker;
    this.workers = workers;
    this.views = views;
  }

  @POST
  @Operation(summary = "Queues a run: the base model and any number of retrieval settings.")
  public Response submit(RunRequest request) {
    if (request == null) {
      throw new BadRequestException("a run is needed, found an empty body");
    }
    return created(submissions.submit(request));
  }

  private Response created(Run run) {
    wake();
    return Response.created(URI.create("/api/runs/" + run.id())).entity(view(run)).build();
  }

  private void wake() {
    worker.wake();
    workers.wake();
  }

  @GET
  @Operation(summary = "Runs, the newest first.")
  public Page<RunView> list(
      @RestQuery @DefaultValue("0") int page, @RestQuery @DefaultValue("20") int size) {
    checkPage(page, size);
    return store.list(page, size).map(this::view);
  }

  @GET
  @Path("{id}")
  @Operation(summary = "A run: what it measures, with what, and how far it is.")
  public RunView get(@RestPath long id) {
    return view(RunLookup.find(store, id));
  }

  @POST
  @Path("{id}/cancel")
  @Operation(
      summary =
          "Stops a run that is queued, under way or paused; its windows and examples are kept.")
  public RunView cancel(@RestPath long id) {
    return view(
        inState(store.cancel(id).orElseThrow(() -> RunLookup.unknown(id)), RunState.CANCELLED));
  }

  @POST
  @Path("{id}/pause")
  @Operation(summary = "Lets a run that is queued or under way wait.")
  public RunView pause(@RestPath long id) {
    return view(inState(store.pause(id).orElseThrow(() -> RunLookup.unknown(id)), RunState.PAUSED));
  }

  @POST
  @Path("{id}/resume")
  @Operation(summary = "Goes on with a run that is paused or has failed, where it was.")
  public RunView resume(@RestPath long id) {
    RunState before = RunLookup.find(store, id).state();
    Run run = store.resume(id).orElseThrow(() -> RunLookup.unknown(id));
    if (before != RunState.PAUSED && before != RunState.FAILED) {
      throw conflict("run %d is %s: only one PAUSED or FAILED is resumed".formatted(id, before));
    }
    wake();
    return view(run);
  }

  @POST
  @Path("{id}/retry")
  @Operation(summary = "Evaluates the examples again that failed, and no others.")
  public RunView retry(@RestPath long id) {
    Run run = RunLookup.find(store, id);
    if (run.state() == RunState.CANCELLED) {
      throw conflict("run %d is CANCELLED".formatted(id));
    }
    if (examples.retry(id) == 0) {
      throw conflict("no example of run %d has failed".formatted(id));
    }
    wake();
    return view(RunLookup.find(store, id));
  }

  @POST
  @Path("{id}/repeat")
  @Operation(
      summary =
          "Queues the same run once more; refused when model, datastores, text or data have changed.")
  public Response repeat(@RestPath long id) {
    return created(submissions.repeat(RunLookup.find(store, id)));
  }

  @GET
  @Path("{id}/examples")
  @Operation(
      summary =
          "Examples of a run of tasks. setting: 0 for the base model, i for the i-th setting;"
              + " correct: whether it is right; changed: whether it is right where the base model"
              + " is not, or the other way round; sort: index, score, gain (score less the base"
              + " model's) or seconds; order: asc or desc.")
  public Page<ExampleView> examples(
      @RestPath long id,
      @RestQuery Optional<String> task,
      @RestQuery Optional<String> group,
      @RestQuery Optional<String> state,
      @RestQuery Optional<Integer> setting,
      @RestQuery Optional<Boolean> correct,
      @RestQuery Optional<Boolean> changed,
      @RestQuery @DefaultValue("index") String sort,
      @RestQuery @DefaultValue("asc") String order,
      @RestQuery @DefaultValue("0") int page,
      @RestQuery @DefaultValue("100") int size) {
    checkPage(page, size);
    Run run = RunLookup.find(store, id);
    int settings = run.spec().settings().size();
    setting
        .filter(it -> it < 0 || it > settings)
        .ifPresent(
            it -> {
              throw invalid("setting", it, "0 to " + settings);
            });
    var filter =
        new ExampleFilter(
            task,
            group,
            state.map(RunResource::exampleState),
            setting.map(OptionalInt::of).orElseGet(OptionalInt::empty),
            correct,
            changed);
    return examples
        .examples(run, filter, exampleOrder(sort, order), page, size)
        .map(ExampleView::of);
  }

  private static ExampleOrder exampleOrder(String sort, String order) {
    ExampleOrder.By by =
        Arrays.stream(ExampleOrder.By.values())
            .filter(it -> it.name().equalsIgnoreCase(sort))
            .findFirst()
            .orElseThrow(
                () -> invalid("sort", "\"" + sort + "\"", "index, score, gain or seconds"));
    return switch (order) {
      case "asc" -> new ExampleOrder(by, false);
      case "desc" -> new ExampleOrder(by, true);
      default -> throw invalid("order", "\"" + order + "\"", "asc or desc");
    };
  }

  @GET
  @Path("{id}/tasks/{task}/examples/{index}")
  @Operation(summary = "One example of a run of tasks.")
  public ExampleView example(@RestPath long id, @RestPath String task, @RestPath int index) {
    return examples
        .example(RunLookup.find(store, id), task, index)
        .map(ExampleView::of)
        .orElseThrow(
            () -> new NotFoundException("run %d has no such task and example".formatted(id)));
  }

  private static ExampleState exampleState(String name) {
    return Arrays.stream(ExampleState.values())
        .filter(state -> state.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() -> invalid("state", "\"" + name + "\"", "PENDING, DONE or FAILED"));
  }

  private static Run inState(Run run, RunState wanted) {
    if (run.state() != wanted) {
      throw conflict("run %d is %s already".formatted(run.id(), run.state()));
    }
    return run;
  }

  private static ClientErrorException conflict(String reason) {
    return new ClientErrorException(reason, Response.Status.CONFLICT);
  }

  @GET
  @Path("{id}/windows")
  @Operation(
      summary = "Losses of the windows that are scored: the base model's, then each setting's.")
  public Page<ScoredWindow> windows(
      @RestPath long id,
      @RestQuery @DefaultValue("0") int page,
      @RestQuery @DefaultValue("100") int size) {
    checkPage(page, size);
    RunLookup.find(store, id);
    return store.windows(id, page, size);
  }

  @GET
  @Path("{id}/table")
  @Produces({MediaType.APPLICATION_JSON, CSV, MediaType.TEXT_PLAIN})
  @Operation(
      summary =
          "The table of a finished run, in the format of the query or else of the Accept header.")
  public Response table(@RestPath long id, @RestQuery String format, @Context Request request) {
    MediaType type = format == null ? accepted(request) : typeOf(format);
    Run run = RunLookup.find(store, id);
    return Response.ok(run.spec().tasks().isEmpty() ? ofText(run, type) : ofTasks(run, type), type)
        .build();
  }

  private Object ofTasks(Run run, MediaType type) {
    TaskTable table = TaskTable.of(run, examples);
    return switch (type.getSubtype()) {
      case "csv" -> TaskCsv.of(table);
      case "plain" -> TaskText.of(table);
      default -> TaskTableView.of(table);
    };
  }

  private Object ofText(Run run, MediaType type) {
    Table table = Table.of(run, store.windows(run.id()));
    return switch (type.getSubtype()) {
      case "csv" -> CsvTable.of(table);
      case "plain" -> TextTable.of(table);
      default -> TableView.of(table);
    };
  }

  @GET
  @Path("{id}/progress")
  @Blocking
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @RestStreamElementType(MediaType.APPLICATION_JSON)
  @Operation(summary = "Progress as server-sent events; the last one has a final state.")
  public Multi<Object> progress(@RestPath long id) {
    RunLookup.find(store, id);
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(() -> RunLookup.find(store, id))
                    .map(run -> new Event(run.state().isFinal(), eventOf(run)))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(PROGRESS_INTERVAL)
        .whilst(event -> !event.isLast())
        .skip()
        .repetitions()
        .map(Event::progress);
  }

  private record Event(boolean isLast, Object progress) {}

  private Object eventOf(Run run) {
    return run.spec().tasks().isEmpty()
        ? progressOf(run)
        : TaskProgressView.of(run, examples.progress(run.id()));
  }

  private RunView view(Run run) {
    return views.of(run);
  }

  private Progress progressOf(Run run) {
    return Progress.of(run, store.work(run.id()));
  }

  private static void checkPage(int page, int size) {
    if (page < 0) {
      throw invalid("page", page, "0 or more");
    }
    if (size < 1 || size > MAX_PAGE_SIZE) {
      throw invalid("size", size, "1 to " + MAX_PAGE_SIZE);
    }
  }

  private static MediaType accepted(Request request) {
    List<Variant> variants =
        Variant.mediaTypes(
                MediaType.APPLICATION_JSON_TYPE, typeOf("csv"), MediaType.TEXT_PLAIN_TYPE)
            .build();
    Variant variant = request.selectVariant(variants);
    return variant == null
        ? MediaType.APPLICATION_JSON_TYPE
        : typeOf(
            switch (variant.getMediaType().getSubtype()) {
              case "csv" -> "csv";
              case "plain" -> "text";
              default -> "json";
            });
  }

  private static MediaType typeOf(String format) {
    return switch (format) {
      case "json" -> MediaType.APPLICATION_JSON_TYPE;
      case "csv" -> new MediaType("text", "csv", "utf-8");
      case "text" -> new MediaType("text", "plain", "utf-8");
      default -> throw invalid("format", "\"" + format + "\"", "json, csv or text");
    };
  }

  private static InvalidRunException invalid(String field, Object found, String allowed) {
    return new InvalidRunException(
        List.of(new FieldProblem(field, "found %s, allowed is %s".formatted(found, allowed))));
  }
}
