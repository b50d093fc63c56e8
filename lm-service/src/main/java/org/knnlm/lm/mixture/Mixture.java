package org.knnlm.lm.mixture;

/**
 * p(v) = lambda p_kNN(v) + (1 - lambda) p_LM(v) in logarithms (Khandelwal et al. 2020, equation 3).
 */
public final class Mixture {
  /** Stands for the logarithm of 0. */
  public static final double LOG_ZERO = -10_000;

  private Mixture() {}

  /**
   * log p(v), at least {@link #LOG_ZERO}.
   *
   * @param lambda in [0, 1]
   * @param pKnn p_kNN(v), in [0, 1]
   * @param logPLm log p_LM(v)
   */
  public static double logProb(double lambda, double pKnn, double logPLm) {
    double knn = Math.log(lambda) + Math.log(pKnn);
    double lm = Math.log1p(-lambda) + logPLm;
    double greater = Math.max(knn, lm);
    if (greater == Double.NEGATIVE_INFINITY) {
      return LOG_ZERO;
    }
    double sum = greater + Math.log1p(Math.exp(Math.min(knn, lm) - greater));
    return Math.max(sum, LOG_ZERO);
  }
}
