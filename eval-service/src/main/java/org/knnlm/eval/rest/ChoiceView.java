package org.knnlm.eval.rest;

import java.util.List;
import org.knnlm.eval.comparison.Choice;
import org.knnlm.eval.comparison.Result;

/**
 * Settings chosen on one half and reported on the other, in JSON.
 *
 * @param seed of the halves
 */
public record ChoiceView(long run, long seed, List<Row> rows) {
  /**
   * A task, or a text.
   *
   * @param setting number of the chosen setting, from 1
   * @param chosenAt its value on the half of the choice
   * @param attainable the best value of any setting on the other half
   * @param examples of both halves
   * @param base what the base model reaches on the other half
   * @param reported what the setting reaches there
   */
  public record Row(
      String task,
      int version,
      String metric,
      int setting,
      String label,
      double chosenAt,
      double attainable,
      Examples examples,
      Result base,
      Result reported) {}

  /** Examples of both halves. */
  public record Examples(int choice, int report) {}

  static ChoiceView of(long run, List<Choice> choices) {
    return new ChoiceView(
        run,
        run,
        choices.stream()
            .map(
                choice ->
                    new Row(
                        choice.metric().task(),
                        choice.metric().version(),
                        choice.metric().name(),
                        choice.setting(),
                        choice.label(),
                        choice.values().chosenAt(),
                        choice.values().attainable(),
                        new Examples(choice.choiceExamples(), choice.reported().examples()),
                        choice.base(),
                        choice.reported()))
            .toList());
  }
}
