package org.knnlm.index.knn;

import java.util.Optional;

/**
 * How neighbours become a distribution: p(v) = Σ over the k nearest with value v of
 * softmax(-distance / T) (Khandelwal et al. 2020, equation 2, with a temperature).
 *
 * @param k neighbours that count, at least 1
 * @param temperature T, finite and greater than 0
 * @param oracle what right tokens are among the neighbours; empty for no such thing
 */
public record Softmax(int k, double temperature, Optional<Oracle> oracle) {
  /**
   * @throws IllegalArgumentException when a value is out of range
   */
  public Softmax {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", at least 1 is needed");
    }
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature is " + temperature + ", a finite number greater than 0 is needed");
    }
    if (oracle.orElse(null) instanceof Oracle.Rank(int rank) && rank > k) {
      throw new IllegalArgumentException("rank is %d of k = %d neighbours".formatted(rank, k));
    }
  }

  /** Without an oracle. */
  public Softmax(int k, double temperature) {
    this(k, temperature, Optional.empty());
  }
}
