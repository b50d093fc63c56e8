package org.knnlm.eval.task;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.perplexity.TokenizedText;

/** Asks a model for the examples of one task, under the base model and all settings at once. */
public interface Evaluator {
  /** Number of examples. */
  int examples();

  /** The sub-task of an example; empty in a task of one. */
  String group(int index);

  /** What the text holds, of a perplexity task. */
  default Optional<TextCounts> counts() {
    return Optional.empty();
  }

  /**
   * Asks for examples together. May be called by several threads.
   *
   * @return one for each index, in their order
   * @throws ExampleException when one of them cannot be asked
   * @throws org.knnlm.eval.lm.LanguageModelException when the model refuses or does not answer
   */
  List<Graded> evaluate(List<Integer> indices);

  /** The evaluator of a task that asks for rows. */
  static Evaluator of(
      LoadedTask task, LanguageModel model, ModelInfo info, List<Retrieval> settings) {
    var asking = new Asking(model, info, settings);
    return switch (task.task().request()) {
      case Request.Score score -> new ScoreEvaluator(task, asking, score);
      case Request.NextToken next -> new NextTokenEvaluator(task, asking, next);
      case Request.Generate generate -> new GenerateEvaluator(task, asking, generate);
      case Request.Perplexity _ -> throw new IllegalArgumentException("a text is needed");
    };
  }

  /** The evaluator of a perplexity task. */
  static Evaluator of(
      TokenizedText text, LanguageModel model, ModelInfo info, List<Retrieval> settings) {
    return new WindowEvaluator(text, new Asking(model, info, settings));
  }
}
