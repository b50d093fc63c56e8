package org.knnlm.lm.generate;

import java.util.Arrays;
import org.knnlm.lm.mixture.Prediction;

/**
 * How a token is chosen, as Hugging Face transformers chooses: temperature, then the most probable
 * tokens, then the nucleus (Holtzman et al. 2020).
 *
 * @param temperature that logits are divided by; 0 takes the most probable token
 * @param topK most probable tokens to choose among; 0 for all
 * @param topP choose among the fewest most probable tokens that together have this probability; 1
 *     for all
 * @param seed of the draws
 */
public record Sampling(float temperature, int topK, float topP, long seed) {
  /** The most probable token, always. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

  /**
   * Chooses a token.
   *
   * @param stream whose draws do not depend on those of any other
   * @param step of the stream
   */
  int choose(Prediction prediction, int stream, int step) {
    return temperature == 0
        ? prediction.mostProbable()
        : draw(prediction.all(), uniform(seed, stream, step));
  }

  /** The token at which the probabilities, from the most probable down, pass a share of all. */
  int draw(double[] logProbs, double share) {
    // numbers alone sort many times as fast as tokens by their numbers
    double[] ascending = logProbs.clone();
    Arrays.sort(ascending);
    double greatest = ascending[ascending.length - 1];
    double[] weights = new double[topK == 0 ? ascending.length : Math.min(topK, ascending.length)];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp((ascending[ascending.length - 1 - i] - greatest) / temperature);
      sum += weights[i];
    }
    int kept = 0;
    double nucleus = 0;
    while (kept < weights.length && (kept == 0 || nucleus < topP * sum)) {
      nucleus += weights[kept++];
    }
    int rank = 0;
    double passed = weights[0];
    while (rank < kept - 1 && passed <= share * nucleus) {
      passed += weights[++rank];
    }
    return token(logProbs, ascending, rank);
  }

  /** The token of a rank, counted from the most probable; of equals the lower is before. */
  private static int token(double[] logProbs, double[] ascending, int rank) {
    int at = ascending.length - 1 - rank;
    int before = 0;
    while (at + before + 1 < ascending.length && ascending[at + before + 1] == ascending[at]) {
      before++;
    }
    int token = 0;
    while (logProbs[token] != ascending[at] || before-- > 0) {
      token++;
    }
    return token;
  }

  /**
   * In [0, 1), by the finalizer of SplitMix64 (Steele et al. 2014): any step without those before.
   */
  static double uniform(long seed, int stream, int step) {
    long x = mix(mix(mix(seed) + stream) + step);
    return (x >>> 11) * 0x1.0p-53;
  }

  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
