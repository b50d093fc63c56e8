package org.knnlm.lm.telemetry;

import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.knnlm.lm.batch.Timings;

/**
 * Watches one call: its replies are timed as they go out, and their sums become attributes of the
 * call's span when it is closed. Replies of a pass wait for the model together, so of the queue the
 * span has the longest wait. Used on one thread.
 */
public final class Watch implements AutoCloseable {
  private final Map<Phase, Timer> timers;
  private final Span span;
  private final Map<Phase, Double> totals = new EnumMap<>(Phase.class);

  Watch(Map<Phase, Timer> timers, Span span) {
    this.timers = timers;
    this.span = span;
  }

  /** A reply that is about to go out. */
  public void reply(Timings timings) {
    record(Phase.QUEUE, timings.queue());
    record(Phase.FORWARD, timings.forward());
    record(Phase.SEARCH, timings.search());
    record(Phase.MIX, timings.mix());
  }

  /** Texts were tokenized. */
  public void tokenized(double millis) {
    record(Phase.TOKENIZE, millis);
  }

  private void record(Phase phase, double millis) {
    Timer timer = timers.get(phase);
    if (timer != null) {
      timer.record((long) (millis * 1e6), TimeUnit.NANOSECONDS);
      totals.merge(phase, millis, phase == Phase.QUEUE ? Math::max : Double::sum);
    }
  }

  @Override
  public void close() {
    totals.forEach((phase, millis) -> span.setAttribute(phase.attribute(), millis));
  }
}
