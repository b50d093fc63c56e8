package org.knnlm.embedder.embedding;

import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Measures how far a datastore is; written by one thread, read by any. */
public final class ProgressMeter {
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private final long began;
  private Stage stage = Stage.TOKENIZING;
  private long documents;
  private long keysDone;
  private long keysTotal;
  private long embeddingBegan;
  private long ended;

  /**
   * Begins now.
   *
   * @param nanoTime a clock in nanoseconds, as {@link System#nanoTime}
   */
  public ProgressMeter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  synchronized void documentsRead(long total) {
    documents = total;
  }

  synchronized void embedding(long keys) {
    stage = Stage.EMBEDDING;
    keysTotal = keys;
    embeddingBegan = nanoTime.getAsLong();
  }

  synchronized void keysWritten(int more) {
    keysDone += more;
  }

  synchronized void done() {
    stage = Stage.DONE;
    ended = nanoTime.getAsLong();
  }

  /** How far it is now. */
  public synchronized Progress progress() {
    long now = stage == Stage.DONE ? ended : nanoTime.getAsLong();
    double rate = keysDone == 0 ? 0 : keysDone * NANOS / Math.max(1, now - embeddingBegan);
    return new Progress(
        stage, documents, keysDone, keysTotal, (now - began) / NANOS, remaining(rate), rate);
  }

  private OptionalDouble remaining(double rate) {
    if (stage == Stage.DONE) {
      return OptionalDouble.of(0);
    }
    return rate == 0 ? OptionalDouble.empty() : OptionalDouble.of((keysTotal - keysDone) / rate);
  }
}
