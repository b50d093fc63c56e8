package org.knnlm.lm.retrieval;

import java.util.Optional;

/**
 * How neighbours become a distribution: p_kNN(v) = sum over the neighbours with value v of
 * softmax(-distance / temperature) over the k nearest (Khandelwal et al. 2020, equation 2).
 *
 * @param k neighbours, &gt;= 1
 * @param temperature &gt; 0, finite
 * @param oracle where right tokens come among the neighbours; empty when none are put there
 */
public record Softmax(int k, float temperature, Optional<Oracle> oracle) {
  public Softmax {
    if (k < 1) {
      throw new IllegalArgumentException("k is %d, but must be at least 1".formatted(k));
    }
    if (!(temperature > 0 && Float.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature is %s, but must be finite and greater than 0".formatted(temperature));
    }
    if (oracle.orElse(null) instanceof Oracle.Rank(int rank) && (rank < 1 || rank > k)) {
      throw new IllegalArgumentException(
          "rank is %d, but must lie in [1, k], k being %d".formatted(rank, k));
    }
  }

  /** Without an oracle. */
  public Softmax(int k, float temperature) {
    this(k, temperature, Optional.empty());
  }
}
