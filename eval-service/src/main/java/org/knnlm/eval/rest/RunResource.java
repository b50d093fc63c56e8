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
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.knnlm.eval.RunWorker;
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
import org.knnlm.eval.table.TextTable;

/** Runs over HTTP. */
@Path("/api/runs")
public class RunResource {
  private static final String CSV = "text/csv";
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_PAGE_SIZE = 1000;

  private final Submissions submissions;
  private final RunStore store;
  private final RunWorker worker;

  RunResource(Submissions submissions, RunStore store, RunWorker worker) {
    this.submissions = submissions;
    this.store = store;
    this.worker = worker;
  }

  @POST
  @Operation(summary = "Queues a run: the base model and any number of retrieval settings.")
  public Response submit(RunRequest request) {
    if (request == null) {
      throw new BadRequestException("a run is needed, found an empty body");
    }
    Run run = submissions.submit(request);
    worker.wake();
    return Response.created(URI.create("/api/runs/" + run.id())).entity(view(run)).build();
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
    return view(find(id));
  }

  @POST
  @Path("{id}/cancel")
  @Operation(summary = "Stops a run that is queued or under way; its windows are kept.")
  public RunView cancel(@RestPath long id) {
    Run run = store.cancel(id).orElseThrow(() -> unknown(id));
    if (run.state() != RunState.CANCELLED) {
      throw new ClientErrorException(
          "run %d is %s already".formatted(id, run.state()), Response.Status.CONFLICT);
    }
    return view(run);
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
    find(id);
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
    Table table = Table.of(find(id), store.windows(id));
    Object body =
        switch (type.getSubtype()) {
          case "csv" -> CsvTable.of(table);
          case "plain" -> TextTable.of(table);
          default -> TableView.of(table);
        };
    return Response.ok(body, type).build();
  }

  @GET
  @Path("{id}/progress")
  @Blocking
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @RestStreamElementType(MediaType.APPLICATION_JSON)
  @Operation(summary = "Progress as server-sent events; the last one has a final state.")
  public Multi<Progress> progress(@RestPath long id) {
    find(id);
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(() -> progressOf(find(id)))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(PROGRESS_INTERVAL)
        .whilst(progress -> !progress.state().isFinal())
        .skip()
        .repetitions();
  }

  private Run find(long id) {
    return store.find(id).orElseThrow(() -> unknown(id));
  }

  private static NotFoundException unknown(long id) {
    return new NotFoundException("there is no run %d".formatted(id));
  }

  private RunView view(Run run) {
    return RunView.of(run, progressOf(run));
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
