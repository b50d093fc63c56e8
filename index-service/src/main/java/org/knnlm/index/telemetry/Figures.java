package org.knnlm.index.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.knnlm.index.catalog.BuildJob;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.cluster.Cluster;
import org.knnlm.index.search.SearchQueue;

/** The figures of the service's parts, read when somebody asks for metrics. */
@Singleton
final class Figures {
  private final MeterRegistry registry;

  Figures(MeterRegistry registry) {
    this.registry = registry;
  }

  void publish(@Observes StartupEvent started, Catalog catalog, Cluster cluster) {
    searches(catalog.queue());
    builds(catalog);
    gauge("datastores", "Datastores that are open", catalog, c -> c.loaded().datastores());
    gauge("shards", "Index files in memory", catalog, c -> c.loaded().shards());
    gauge("keys", "Keys in the index files in memory", catalog, c -> c.loaded().keys());
    gauge("peers", "Addresses of other instances", cluster, c -> c.peers().size());
    gauge(
        "peers.missing",
        "Those that did not answer the last call",
        cluster,
        c -> c.peers().stream().filter(peer -> peer.problem().isPresent()).count());
    counter(
        "incomplete",
        "Searches that missed keys: refused for that, or answered in part",
        cluster,
        Cluster::incomplete);
  }

  private void searches(SearchQueue queue) {
    timer(
        "search",
        "Calls of faiss",
        queue,
        q -> q.work().calls(),
        q -> q.work().nanos(),
        TimeUnit.NANOSECONDS);
    counter("requests", "Requests that calls answered", queue, q -> q.work().requests());
    counter("queries", "Queries of these requests", queue, q -> q.work().queries());
    counter("refused", "Requests that found no room", queue, SearchQueue::refused);
    gauge("queue.queries", "Queries that wait or are searched for", queue, SearchQueue::queries);
    gauge("queue.max.queries", "Room for them", queue, SearchQueue::maxQueries);
  }

  private void builds(Catalog catalog) {
    timer(
        "build",
        "Builds of indexes that have ended",
        catalog,
        c -> c.endedBuilds().done() + c.endedBuilds().failed(),
        c -> c.endedBuilds().seconds(),
        TimeUnit.SECONDS);
    counter("builds.failed", "Those that failed", catalog, c -> c.endedBuilds().failed());
    gauge("builds.running", "Builds under way", catalog, c -> c.runningBuilds().size());
    gauge(
        "build.keys.done",
        "Keys that the present stage of builds under way has dealt with",
        catalog,
        c -> c.runningBuilds().stream().mapToLong(job -> job.progress().keysDone()).sum());
    gauge(
        "build.keys.total",
        "Keys that it deals with",
        catalog,
        c -> c.runningBuilds().stream().mapToLong(job -> job.progress().keysTotal()).sum());
    Gauge.builder("knnlm.index.build.remaining", catalog, Figures::remainingSeconds)
        .description("Until the last build under way ends; not a number while that is unknown")
        .baseUnit("seconds")
        .register(registry);
  }

  private static double remainingSeconds(Catalog catalog) {
    return catalog.runningBuilds().stream()
        .map(BuildJob::remainingSeconds)
        .mapToDouble(seconds -> seconds.orElse(Double.NaN))
        .max()
        .orElse(0);
  }

  private <T> void gauge(String name, String description, T part, ToDoubleFunction<T> figure) {
    Gauge.builder("knnlm.index." + name, part, figure).description(description).register(registry);
  }

  private <T> void counter(String name, String description, T part, ToDoubleFunction<T> figure) {
    FunctionCounter.builder("knnlm.index." + name, part, figure)
        .description(description)
        .register(registry);
  }

  private <T> void timer(
      String name,
      String description,
      T part,
      ToLongFunction<T> count,
      ToDoubleFunction<T> time,
      TimeUnit unit) {
    FunctionTimer.builder("knnlm.index." + name, part, count, time, unit)
        .description(description)
        .register(registry);
  }
}
