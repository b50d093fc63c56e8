package org.knnlm.eval.perplexity;

import java.util.List;

/** Texts to token ids, special tokens included. */
@FunctionalInterface
public interface Tokenizer {
  List<int[]> tokenize(List<String> texts) throws InterruptedException;
}
