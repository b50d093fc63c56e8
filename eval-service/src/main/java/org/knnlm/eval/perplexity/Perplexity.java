package org.knnlm.eval.perplexity;

import java.util.List;

/**
 * The perplexity of a text.
 *
 * @param loss mean of the window losses, each window counting the same, in nats
 * @param perplexity exp(loss)
 * @param wordPerplexity exp(loss * tokens / words) as the reference counts them: all tokens of
 *     WikiText; of blocks, the tokens that are left of the cut text, over the words of the uncut
 *     one
 * @param uncutWordPerplexity the same with the tokens of the uncut text; for WikiText no other
 *     number
 * @param tokenWeightedLoss mean over the targets of all windows, in nats
 * @param tokenWeightedPerplexity exp(tokenWeightedLoss)
 */
public record Perplexity(
    double loss,
    double perplexity,
    double wordPerplexity,
    double uncutWordPerplexity,
    double tokenWeightedLoss,
    double tokenWeightedPerplexity) {

  /**
   * Adds up, in the order of the windows, so that the same windows give the same number.
   *
   * @param windows all windows of the text, in order
   * @param setting 0 for the base model, i for the i-th retrieval setting
   */
  public static Perplexity of(
      Protocol protocol, TextCounts counts, List<ScoredWindow> windows, int setting) {
    double sum = 0;
    double weighted = 0;
    long targets = 0;
    for (ScoredWindow window : windows) {
      double loss = window.losses().get(setting);
      sum += loss;
      weighted += loss * window.targets();
      targets += window.targets();
    }
    double loss = sum / windows.size();
    double tokenWeightedLoss = weighted / targets;
    double referenceTokens =
        switch (protocol) {
          case WIKITEXT -> counts.tokens();
          case BLOCKS -> counts.scoredTokens();
        };
    return new Perplexity(
        loss,
        Math.exp(loss),
        Math.exp(loss * referenceTokens / counts.words()),
        Math.exp(loss * counts.tokens() / counts.words()),
        tokenWeightedLoss,
        Math.exp(tokenWeightedLoss));
  }
}
