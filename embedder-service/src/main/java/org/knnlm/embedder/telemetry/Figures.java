package org.knnlm.embedder.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.embedding.Totals;
import org.knnlm.embedder.job.Datastores;
import org.knnlm.embedder.model.Waits;

/** The figures of saves, read when somebody asks for metrics. */
@Singleton
final class Figures {
  private final MeterRegistry registry;

  Figures(MeterRegistry registry) {
    this.registry = registry;
  }

  void publish(@Observes StartupEvent started, Datastores datastores, Waits waits) {
    Totals totals = datastores.totals();
    counter("keys", "Keys written", totals, Totals::keys);
    counter("tokens", "Tokens that the model has computed for them", totals, Totals::tokens);
    counter("parts", "Parts written", totals, Totals::parts);
    counter("parts.damaged", "Parts found damaged on the disk", totals, Totals::damagedParts);
    counter("saved", "Saves that ended well", totals, Totals::saved);
    counter("failed", "Saves that failed or were stopped", totals, Totals::failed);

    gauge("jobs", "Saves under way or waiting", datastores, d -> d.underWay().size());
    gauge("keys.left", "Keys that saves under way lack", datastores, Figures::keysLeft);

    gauge("waiting", "Calls that wait for lm-service", waits, Waits::waiting);
    counter("waits", "Calls that had to wait for lm-service", waits, Waits::all);
  }

  private static long keysLeft(Datastores datastores) {
    return datastores.underWay().stream().mapToLong(Figures::keysLeft).sum();
  }

  private static long keysLeft(Progress progress) {
    return progress.keysTotal() - progress.keysDone();
  }

  private <T> void gauge(String name, String description, T part, ToDoubleFunction<T> figure) {
    Gauge.builder("knnlm.embedder." + name, part, figure)
        .description(description)
        .register(registry);
  }

  private <T> void counter(String name, String description, T part, ToDoubleFunction<T> figure) {
    FunctionCounter.builder("knnlm.embedder." + name, part, figure)
        .description(description)
        .register(registry);
  }
}
