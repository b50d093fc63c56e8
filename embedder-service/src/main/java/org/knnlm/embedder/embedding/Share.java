package org.knnlm.embedder.embedding;

/**
 * The parts that one of several workers writes: every {@code workers}-th.
 *
 * @param worker from 0
 * @param workers how many there are
 */
public record Share(int worker, int workers) {
  /** All parts. */
  public static final Share ALL = new Share(0, 1);

  public Share {
    if (workers < 1 || worker < 0 || worker >= workers) {
      throw new IllegalArgumentException(
          "worker %d of %d, allowed are 0 to %d".formatted(worker, workers, workers - 1));
    }
  }

  boolean has(PartPlan part) {
    return part.index() % workers == worker;
  }
}
