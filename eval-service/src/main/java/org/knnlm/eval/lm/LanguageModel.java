package org.knnlm.eval.lm;

import java.util.List;
import java.util.function.Consumer;

/** A causal language model that somebody else runs. Every method throws LanguageModelException. */
public interface LanguageModel {
  /** What model answers now. */
  ModelInfo info();

  /** Token ids of each text, special tokens included. */
  List<int[]> tokenize(List<String> texts);

  /**
   * Log probabilities of the targets of each sequence.
   *
   * @param sequences at most {@link ModelInfo#maxSequences()}
   * @param retrievals settings to answer for beside the base model
   * @param sink takes the scores of one sequence after the other, in their order, as they arrive
   */
  void score(List<Sequence> sequences, List<Retrieval> retrievals, Consumer<Scores> sink);
}
