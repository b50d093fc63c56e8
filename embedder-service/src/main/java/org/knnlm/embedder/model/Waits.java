package org.knnlm.embedder.model;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Calls that wait until a model is back, or less busy; told and read by any thread. */
public final class Waits {
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder all = new LongAdder();
  private volatile String reason = "";

  /** A call that may have to wait: it waits from the first reason until it is closed. */
  public final class Call implements AutoCloseable {
    private boolean waits;

    /** The call did not go through, and is made again. */
    public void waitsFor(String why) {
      reason = why;
      if (!waits) {
        waits = true;
        waiting.incrementAndGet();
        all.increment();
      }
    }

    @Override
    public void close() {
      if (waits) {
        waiting.decrementAndGet();
      }
    }
  }

  /** A call that did not have to wait yet. */
  public Call call() {
    return new Call();
  }

  /** Calls that wait now. */
  public int waiting() {
    return waiting.get();
  }

  /** Calls since the start that had to wait. */
  public long all() {
    return all.sum();
  }

  /** Why a call waits now; empty when none does. */
  public Optional<String> reason() {
    return waiting() > 0 ? Optional.of(reason) : Optional.empty();
  }
}
