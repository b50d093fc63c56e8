package org.knnlm.lm.generate;

import java.util.Comparator;
import java.util.stream.IntStream;
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
    int[] order =
        IntStream.range(0, logProbs.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -logProbs[token]))
            .limit(topK == 0 ? logProbs.length : topK)
            .mapToInt(token -> token)
            .toArray();
    double[] weights = new double[order.length];
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      weights[i] = Math.exp((logProbs[order[i]] - logProbs[order[0]]) / temperature);
      sum += weights[i];
    }
    int kept = 0;
    double nucleus = 0;
    while (kept < order.length && (kept == 0 || nucleus < topP * sum)) {
      nucleus += weights[kept++];
    }
    double passed = 0;
    for (int i = 0; i < kept; i++) {
      passed += weights[i];
      if (passed > share * nucleus) {
        return order[i];
      }
    }
    return order[kept - 1];
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
