package org.knnlm.eval.perplexity;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.lm.Scores;

/**
 * What a model made of a window.
 *
 * @param window its index in the text
 * @param start index of its first token among all tokens of the text
 * @param length its tokens
 * @param targets tokens that were predicted
 * @param losses mean cross-entropy of the targets, in nats: the base model's, then that of each
 *     retrieval setting
 * @param seconds that it took
 */
public record ScoredWindow(
    int window, long start, int length, int targets, List<Double> losses, double seconds) {

  /** The window's losses from the log probabilities of its targets. */
  public static ScoredWindow of(int window, long start, int length, Scores scores, double seconds) {
    List<Double> losses = new ArrayList<>();
    losses.add(loss(scores.base()));
    scores.retrievals().forEach(logProbs -> losses.add(loss(logProbs)));
    return new ScoredWindow(window, start, length, scores.base().length, losses, seconds);
  }

  private static double loss(float[] logProbs) {
    double sum = 0;
    for (float logProb : logProbs) {
      sum -= logProb;
    }
    return sum / logProbs.length;
  }
}
