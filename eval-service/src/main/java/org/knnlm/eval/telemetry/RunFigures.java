package org.knnlm.eval.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.knnlm.eval.db.RunCounts;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunWatch.Item;

/**
 * The figures of the database, which all services on it share. They are counted now and then, and
 * not when somebody asks for metrics: a database that is away must not hold those up.
 */
@Singleton
final class RunFigures {
  private static final Logger LOG = Logger.getLogger(RunFigures.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final MeterRegistry registry;
  private final RunCounts counts;
  private final Thread thread =
      Thread.ofPlatform().name("run-figures").daemon().unstarted(this::work);
  private volatile Figures latest = Figures.UNKNOWN;

  private record Figures(Map<RunState, Long> runs, double examples, double windows) {
    static final Figures UNKNOWN = new Figures(Map.of(), Double.NaN, Double.NaN);

    double runs(RunState state) {
      return Double.isNaN(examples) ? Double.NaN : runs.getOrDefault(state, 0L);
    }
  }

  RunFigures(MeterRegistry registry, RunCounts counts) {
    this.registry = registry;
    this.counts = counts;
  }

  void start(@Observes StartupEvent event) {
    for (RunState state : RunState.values()) {
      gauge("runs", "Runs by their states", "state", state.name(), figures -> figures.runs(state));
    }
    String left = "Examples and windows that queued and running runs have left";
    gauge("examples.left", left, "item", Item.EXAMPLE.name(), Figures::examples);
    gauge("examples.left", left, "item", Item.WINDOW.name(), Figures::windows);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    thread.interrupt();
  }

  private void gauge(
      String name, String description, String tag, String value, ToDoubleFunction<Figures> figure) {
    Gauge.builder("knnlm.eval." + name, this, self -> figure.applyAsDouble(self.latest))
        .description(description)
        .tag(tag, value.toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private void work() {
    try {
      while (true) {
        latest = counted();
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      LOG.debug("stopping");
    }
  }

  private Figures counted() {
    try {
      return new Figures(counts.byState(), counts.pendingExamples(), counts.pendingWindows());
    } catch (RuntimeException e) {
      LOG.debug("runs could not be counted", e);
      return Figures.UNKNOWN;
    }
  }
}
