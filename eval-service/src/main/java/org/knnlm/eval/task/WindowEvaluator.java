package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.perplexity.TokenizedText;
import org.knnlm.eval.perplexity.WindowTokens;

/** Losses of the windows of a text: each window is an example. */
final class WindowEvaluator implements Evaluator {
  private final TokenizedText text;
  private final Asking asking;

  WindowEvaluator(TokenizedText text, Asking asking) {
    this.text = text;
    this.asking = asking;
  }

  @Override
  public int examples() {
    return text.windows();
  }

  @Override
  public String group(int index) {
    return "";
  }

  @Override
  public Optional<TextCounts> counts() {
    return Optional.of(text.counts());
  }

  @Override
  public List<Graded> evaluate(List<Integer> indices) {
    List<Sequence> sequences = indices.stream().map(text::sequence).toList();
    List<Scores> scores = new ArrayList<>();
    asking.score(sequences, scores::add);
    List<Graded> graded = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      int targets = sequences.get(i).targets();
      List<Outcome> outcomes = new ArrayList<>();
      for (double sum : Asking.sums(scores.get(i))) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", sum / targets);
        values.put("targets", (double) targets);
        outcomes.add(
            new Outcome(
                "",
                false,
                sum / targets,
                values,
                new Outcome.Details(Map.of(), Map.of(), List.of())));
      }
      graded.add(
          new Graded(
              "tokens from %d".formatted(text.start(indices.get(i))),
              "",
              List.of(),
              outcomes,
              Optional.of(new WindowTokens(sequences.get(i), scores.get(i)))));
    }
    return graded;
  }
}
