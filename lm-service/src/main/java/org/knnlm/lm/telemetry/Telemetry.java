package org.knnlm.lm.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;

/** Where the time of calls goes; made at the start, so that metrics begin at 0. */
@Startup
@Singleton
public final class Telemetry {
  private final Map<Rpc, Map<Phase, Timer>> timers = new EnumMap<>(Rpc.class);

  Telemetry(MeterRegistry registry) {
    for (Rpc rpc : Rpc.values()) {
      Map<Phase, Timer> own = new EnumMap<>(Phase.class);
      for (Phase phase : rpc.phases()) {
        own.put(
            phase,
            Timer.builder("knnlm.lm.phase")
                .description("What the time of replies goes to")
                .tag("rpc", rpc.method())
                .tag("phase", phase.tag())
                .register(registry));
      }
      timers.put(rpc, own);
    }
  }

  /** Starts to watch a call, on the thread that answers it. */
  public Watch watch(Rpc rpc) {
    return new Watch(timers.get(rpc), Span.current());
  }
}
