package org.knnlm.embedder.model;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Calls that wait until a model is back, or less busy; told and read by any thread. */
public final class Waits {
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder all = new LongAdder();
  private volatile String reason = "";

  /** Until it is closed, a call waits. */
  public interface Wait extends AutoCloseable {
    @Override
    void close();
  }

  /** A call waits from now on. */
  public Wait begin(String why) {
    reason = why;
    waiting.incrementAndGet();
    all.increment();
    return waiting::decrementAndGet;
  }

  /** Calls that wait now. */
  public int waiting() {
    return waiting.get();
  }

  /** Waits since the start. */
  public long all() {
    return all.sum();
  }

  /** Why a call waits now; empty when none does. */
  public Optional<String> reason() {
    return waiting() > 0 ? Optional.of(reason) : Optional.empty();
  }
}
