package org.knnlm.lm.batch;

/**
 * Work that is done.
 *
 * @param value what came of it
 * @param queueMillis that it waited for the model
 * @param forwardMillis of the pass, in proportion to its tokens
 */
public record Done<T>(T value, double queueMillis, double forwardMillis) {
  /** Timings of a share of this work, and of the search that followed it. */
  public Timings timings(double share, double searchMillis) {
    return new Timings(queueMillis, forwardMillis * share, searchMillis * share, 0);
  }
}
