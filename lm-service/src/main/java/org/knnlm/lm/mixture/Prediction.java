package org.knnlm.lm.mixture;

import org.knnlm.lm.retrieval.Distribution;

/**
 * What comes next: the model's distribution and that of the neighbours, mixed.
 *
 * @param logProbs natural logarithms of the model's probabilities, [V]
 * @param neighbors p_kNN
 * @param lambda weight of p_kNN
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Prediction(float[] logProbs, Distribution neighbors, double lambda) {
  /** What the model alone says. */
  public static Prediction of(float[] logProbs) {
    return new Prediction(logProbs, Distribution.NONE, 0);
  }

  /** Natural logarithm of a token's probability. */
  public double logProb(int token) {
    return Mixture.logProb(lambda, neighbors.probability(token), logProbs[token]);
  }

  /** Natural logarithms of all tokens' probabilities, [V]. */
  public double[] all() {
    double[] mixed = new double[logProbs.length];
    for (int token = 0; token < mixed.length; token++) {
      mixed[token] = Mixture.logProb(lambda, 0, logProbs[token]);
    }
    for (int token : neighbors.tokens()) {
      mixed[token] = logProb(token);
    }
    return mixed;
  }

  /**
   * The most probable token, the lowest of equals. Neighbours only add probability, so it is the
   * best of those that have some, or the model's own best (which it is, too, where lambda is 1 and
   * there are no neighbours).
   */
  public int mostProbable() {
    int best = 0;
    for (int token = 1; token < logProbs.length; token++) {
      if (logProbs[token] > logProbs[best]) {
        best = token;
      }
    }
    double greatest = logProb(best);
    for (int token : neighbors.tokens()) {
      double logProb = logProb(token);
      if (logProb > greatest || (logProb == greatest && token < best)) {
        best = token;
        greatest = logProb;
      }
    }
    return best;
  }
}
