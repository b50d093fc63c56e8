package org.knnlm.lm.batch;

/**
 * Wall-clock milliseconds. What went through the model or the index together shares the time.
 *
 * @param queue waiting for the model
 * @param forward forward pass
 * @param search search and p_kNN
 * @param mix making one distribution of both, and choosing from it
 */
public record Timings(double queue, double forward, double search, double mix) {
  /** With the time that mixing took since {@link System#nanoTime} was {@code started}. */
  public Timings mixedSince(long started) {
    return new Timings(queue, forward, search, (System.nanoTime() - started) / 1e6);
  }
}
