package org.knnlm.eval.rest;

import java.util.List;
import java.util.stream.IntStream;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.analysis.TextAnalyses;

/**
 * The tokens of a window in JSON.
 *
 * @param task name of the perplexity task; null in a run of a text
 * @param firstTarget position of the first token that is scored
 * @param labels the models: the base, then the settings
 */
public record WindowTokensView(
    long run, String task, int window, int firstTarget, List<String> labels, List<Token> tokens) {
  /**
   * A token.
   *
   * @param position among the tokens of the window, from 0
   * @param id its number in the vocabulary
   * @param text what it adds to the text before it
   * @param logProbs natural logarithms of its probability by each model; null where it is context
   */
  public record Token(int position, int id, String text, List<Float> logProbs) {}

  static WindowTokensView of(Part part, int window, TextAnalyses.Texts texts) {
    int first = texts.window().firstTarget();
    return new WindowTokensView(
        part.run().id(),
        Analyses.task(part),
        window,
        first,
        Analyses.labels(part.run()),
        IntStream.range(0, texts.texts().size())
            .mapToObj(
                i ->
                    new Token(
                        i,
                        texts.window().tokens()[i],
                        texts.texts().get(i),
                        i < first ? null : floats(texts.window().logProbs(i))))
            .toList());
  }

  private static List<Float> floats(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }
}
