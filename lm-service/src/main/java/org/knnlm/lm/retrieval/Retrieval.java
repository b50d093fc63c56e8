package org.knnlm.lm.retrieval;

/**
 * How neighbours change the distribution: p(v) = lambda p_kNN(v) + (1 - lambda) p_LM(v).
 *
 * @param lambda weight of p_kNN, in [0, 1]
 */
public record Retrieval(Search search, Softmax softmax, float lambda) {
  public Retrieval {
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException("lambda is %s, but must lie in [0, 1]".formatted(lambda));
    }
  }
}
