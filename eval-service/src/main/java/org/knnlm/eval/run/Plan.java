package org.knnlm.eval.run;

import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.perplexity.TokenizedText;

/**
 * What a run has to do, known once its text is tokenised.
 *
 * @param blockSize tokens in the longest window
 * @param stride tokens between the starts of windows
 * @param windows number of windows
 * @param counts what the text holds
 */
public record Plan(int blockSize, int stride, int windows, TextCounts counts) {
  static Plan of(TokenizedText text) {
    return new Plan(text.blockSize(), text.stride(), text.windows(), text.counts());
  }
}
