package org.knnlm.eval.lm;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How neighbours change the distribution: p(v) = lambda p_kNN(v) + (1 - lambda) p_LM(v) (Khandelwal
 * et al., ICLR 2020, equation 3).
 *
 * @param datastore name of the datastore
 * @param k neighbours of each position
 * @param temperature of the softmax over negative distances
 * @param lambda weight of p_kNN
 * @param nprobe lists that an IVF index visits; empty for the index's own setting
 * @param exactDistances whether the index's distances are replaced by exact ones
 * @param oracle how right tokens come among the neighbours; empty for plain retrieval
 */
public record Retrieval(
    String datastore,
    int k,
    float temperature,
    float lambda,
    OptionalInt nprobe,
    boolean exactDistances,
    Optional<Oracle> oracle) {
  /** Plain retrieval. */
  public Retrieval(
      String datastore,
      int k,
      float temperature,
      float lambda,
      OptionalInt nprobe,
      boolean exactDistances) {
    this(datastore, k, temperature, lambda, nprobe, exactDistances, Optional.empty());
  }
}
