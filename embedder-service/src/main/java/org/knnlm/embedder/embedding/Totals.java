package org.knnlm.embedder.embedding;

import java.util.concurrent.atomic.LongAdder;

/** What all saves of a process have done since its start; told and read by any thread. */
public final class Totals {
  private final LongAdder keys = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder parts = new LongAdder();
  private final LongAdder damagedParts = new LongAdder();
  private final LongAdder saved = new LongAdder();
  private final LongAdder failed = new LongAdder();

  void keysWritten(long more) {
    keys.add(more);
  }

  void tokensComputed(long more) {
    tokens.add(more);
  }

  void partWritten() {
    parts.increment();
  }

  void partDamaged() {
    damagedParts.increment();
  }

  /** A save has ended. */
  public void ended(boolean well) {
    (well ? saved : failed).increment();
  }

  /** Keys written. */
  public long keys() {
    return keys.sum();
  }

  /** Tokens that the model has computed for them. */
  public long tokens() {
    return tokens.sum();
  }

  /** Parts written. */
  public long parts() {
    return parts.sum();
  }

  /** Parts whose bytes on the disk were not those that had been written. */
  public long damagedParts() {
    return damagedParts.sum();
  }

  /** Saves that ended well. */
  public long saved() {
    return saved.sum();
  }

  /** Saves that did not. */
  public long failed() {
    return failed.sum();
  }
}
