package org.knnlm.lm.retrieval;

/**
 * How neighbours become a distribution: p_kNN(v) = sum over the neighbours with value v of
 * softmax(-distance / temperature) over the k nearest (Khandelwal et al. 2020, equation 2).
 *
 * @param k neighbours, &gt;= 1
 * @param temperature &gt; 0, finite
 */
public record Softmax(int k, float temperature) {
  public Softmax {
    if (k < 1) {
      throw new IllegalArgumentException("k is %d, but must be at least 1".formatted(k));
    }
    if (!(temperature > 0 && Float.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature is %s, but must be finite and greater than 0".formatted(temperature));
    }
  }
}
