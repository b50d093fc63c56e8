package org.knnlm.eval.rest;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

/** What happens to runs, as it happens. */
@Path("/api/runs/events")
public class RunEventsResource {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int MOST = 100;

  private final RunStore store;
  private final RunViews views;

  RunEventsResource(RunStore store, RunViews views) {
    this.store = store;
    this.views = views;
  }

  @GET
  @Blocking
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @RestStreamElementType(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Runs among the newest 100 as server-sent events: those that are not final at once, each"
              + " again when it changes, new ones when they come. It ends when the caller hangs up.")
  public Multi<RunView> events(@RestQuery @DefaultValue("100") int newest) {
    Map<Long, RunView> sent = new HashMap<>();
    Map<Long, RunState> known = new HashMap<>();
    int most = Math.clamp(newest, 1, MOST);
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(() -> changed(store.list(0, most).items(), known, sent))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(INTERVAL)
        .indefinitely()
        .onItem()
        .transformToIterable(changes -> changes);
  }

  /** Final runs are not looked at again: what they hold is counted once, when they become so. */
  private List<RunView> changed(
      List<Run> runs, Map<Long, RunState> known, Map<Long, RunView> sent) {
    boolean first = known.isEmpty();
    List<RunView> changes = new ArrayList<>();
    for (Run run : runs) {
      RunState before = known.put(run.id(), run.state());
      boolean settled = run.state().isFinal() && (first || run.state() == before);
      if (!settled) {
        RunView view = views.of(run);
        if (!view.equals(sent.put(run.id(), view))) {
          changes.add(view);
        }
      }
    }
    return changes;
  }
}
