package org.knnlm.eval.lm;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A causal language model that somebody else runs. The same question is answered by the same
 * numbers, to the last bit, whatever else it is asked meanwhile. Every method throws
 * LanguageModelException.
 */
public interface LanguageModel {
  /** What model answers now. */
  ModelInfo info();

  /** Token ids of each text, special tokens included. */
  List<int[]> tokenize(List<String> texts);

  /** Token ids of each text alone. */
  List<int[]> tokenizeWithoutSpecialTokens(List<String> texts);

  /**
   * Texts of token ids.
   *
   * @param withSpecialTokens whether special tokens, BOS for example, are there by their names
   */
  List<String> detokenize(List<int[]> sequences, boolean withSpecialTokens);

  /**
   * The neighbours that retrieval finds after sequences, without an oracle.
   *
   * @param sequences at most {@link ModelInfo#maxSequences()}
   * @return of each, the nearest first
   */
  List<List<Neighbour>> neighbours(
      List<int[]> sequences, Retrieval retrieval, Neighbour.Surroundings surroundings);

  /**
   * Log probabilities of the targets of each sequence.
   *
   * @param sequences at most {@link ModelInfo#maxSequences()}
   * @param retrievals settings to answer for beside the base model
   * @param sink takes the scores of one sequence after the other, in their order, as they arrive
   */
  void score(List<Sequence> sequences, List<Retrieval> retrievals, Consumer<Scores> sink);

  /**
   * Log probabilities of tokens after each sequence.
   *
   * @param sequences at most {@link ModelInfo#maxSequences()}
   * @param right tokens that are right after each sequence, which an {@link Oracle} puts among the
   *     neighbours; empty for none at all
   * @param tokenIds the tokens that are wanted
   * @param retrievals settings to answer for beside the base model
   * @param sink takes what one sequence gives after the other, in their order, as it arrives
   */
  void nextToken(
      List<int[]> sequences,
      List<int[]> right,
      int[] tokenIds,
      List<Retrieval> retrievals,
      Consumer<Scores> sink);

  /**
   * The most probable continuations of prompts.
   *
   * @param prompts at most {@link ModelInfo#maxSequences()}
   * @param retrievals settings to continue under beside the base model
   * @param maxNewTokens most tokens of a continuation
   * @param stop text that ends a continuation
   * @return for each prompt, the base model's continuation, then that of each setting
   */
  List<List<Continuation>> generate(
      List<int[]> prompts, List<Retrieval> retrievals, int maxNewTokens, Optional<String> stop);
}
