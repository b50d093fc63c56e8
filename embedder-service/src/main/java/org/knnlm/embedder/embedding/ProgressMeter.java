package org.knnlm.embedder.embedding;

import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Measures how far a datastore is; written by one thread, read by any. */
public final class ProgressMeter {
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private final Totals totals;
  private final long began;
  private Stage stage = Stage.TOKENIZING;
  private long documents;
  private long keysDone;
  private long keysTotal;
  private long keysFound;
  private long embeddingBegan;
  private long embeddingEnded;
  private long ended;
  private int damagedParts;
  private int asked;
  private long askedSince;
  private long modelNanos;

  /**
   * Begins now.
   *
   * @param nanoTime a clock in nanoseconds, as {@link System#nanoTime}
   */
  public ProgressMeter(LongSupplier nanoTime) {
    this(nanoTime, new Totals());
  }

  /**
   * Begins now.
   *
   * @param nanoTime a clock in nanoseconds, as {@link System#nanoTime}
   * @param totals of this and other saves
   */
  public ProgressMeter(LongSupplier nanoTime, Totals totals) {
    this.nanoTime = nanoTime;
    this.totals = totals;
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

  synchronized void keysWritten(long more) {
    keysDone += more;
    totals.keysWritten(more);
  }

  void tokensComputed(long more) {
    totals.tokensComputed(more);
  }

  void partWritten() {
    totals.partWritten();
  }

  /** Keys of parts that were written earlier. */
  synchronized void keysFound(long more) {
    keysDone += more;
    keysFound += more;
  }

  /** A part that was written earlier has other bytes now. */
  synchronized void partDamaged() {
    damagedParts++;
    totals.partDamaged();
  }

  /** Parts whose bytes on the disk were not those that had been written; they are written again. */
  public synchronized int damagedParts() {
    return damagedParts;
  }

  /** A request to the model begins. */
  synchronized void modelAsked() {
    if (asked++ == 0) {
      askedSince = nanoTime.getAsLong();
    }
  }

  /** A request to the model ends. */
  synchronized void modelAnswered() {
    if (--asked == 0) {
      modelNanos += nanoTime.getAsLong() - askedSince;
    }
  }

  synchronized void embedded() {
    embeddingEnded = nanoTime.getAsLong();
  }

  /**
   * Part of the time of embedding in which the model had no request: what the embedder itself
   * costs. 0 before the end.
   */
  public synchronized double overhead() {
    long whole = embeddingEnded - embeddingBegan;
    return embeddingEnded == 0 || whole == 0 ? 0 : (double) (whole - modelNanos) / whole;
  }

  synchronized void done() {
    stage = Stage.DONE;
    ended = nanoTime.getAsLong();
  }

  /** How far it is now. */
  public synchronized Progress progress() {
    long now = stage == Stage.DONE ? ended : nanoTime.getAsLong();
    long written = keysDone - keysFound;
    double rate = written == 0 ? 0 : written * NANOS / Math.max(1, now - embeddingBegan);
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
