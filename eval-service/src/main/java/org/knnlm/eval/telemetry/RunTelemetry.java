package org.knnlm.eval.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.knnlm.eval.run.RunWatch;
import org.knnlm.grpc.log.Labels;

/** Work on runs as metrics, spans and labels of log lines. */
@Singleton
final class RunTelemetry implements RunWatch {
  private static final List<String> NEEDED = List.of("lm-service", "index-service", "database");

  private final Tracer tracer;
  private final Map<Item, Timer> done = new EnumMap<>(Item.class);
  private final Map<Item, Counter> failed = new EnumMap<>(Item.class);
  private final Map<String, AtomicInteger> waiting = new HashMap<>();

  RunTelemetry(MeterRegistry registry, Tracer tracer) {
    this.tracer = tracer;
    for (Item item : Item.values()) {
      done.put(
          item,
          Timer.builder("knnlm.eval.example")
              .description("Examples and windows that are done, and what each took")
              .tag("item", tag(item))
              .register(registry));
      failed.put(
          item,
          Counter.builder("knnlm.eval.examples.failed")
              .description("Examples that could not be evaluated")
              .tag("item", tag(item))
              .register(registry));
    }
    for (String lacking : NEEDED) {
      var workers = new AtomicInteger();
      waiting.put(lacking, workers);
      Gauge.builder("knnlm.eval.waiting", workers, AtomicInteger::get)
          .description("Workers that wait until something answers")
          .tag("lacking", lacking)
          .register(registry);
    }
  }

  private static String tag(Item item) {
    return item.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Watched run(long id) {
    return Labels.ofRun(id)::close;
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // closed with what is returned
  public Watched batch(long run, Item item, List<Integer> items) {
    Span span =
        tracer
            .spanBuilder("evaluate " + tag(item) + "s")
            .setAttribute("knnlm.run", run)
            .setAttribute("knnlm.first", items.getFirst())
            .setAttribute("knnlm.count", items.size())
            .startSpan();
    Scope current = span.makeCurrent();
    return () -> {
      current.close();
      span.end();
    };
  }

  @Override
  public void done(Item item, double seconds) {
    done.get(item).record((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
  }

  @Override
  public void failed(Item item) {
    failed.get(item).increment();
  }

  @Override
  public Watched waiting(String lacking) {
    AtomicInteger workers = waiting.get(lacking);
    workers.incrementAndGet();
    return workers::decrementAndGet;
  }
}
