package org.knnlm.eval.task;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.WindowTokens;

/**
 * An example with what each setting made of it.
 *
 * @param prompt what was asked, for people; at most its last 2,000 characters
 * @param expected the right answer, for people
 * @param options to choose among, for people; empty where there are none
 * @param outcomes of the base model, then of each retrieval setting
 * @param tokens of a window of a text; empty for other examples
 */
public record Graded(
    String prompt,
    String expected,
    List<String> options,
    List<Outcome> outcomes,
    Optional<WindowTokens> tokens) {
  private static final int MAX_PROMPT = 2000;

  public Graded {
    prompt = prompt.substring(Math.max(0, prompt.length() - MAX_PROMPT));
  }

  /** An example with options to choose among. */
  public Graded(String prompt, String expected, List<String> options, List<Outcome> outcomes) {
    this(prompt, expected, options, outcomes, Optional.empty());
  }

  /** An example that has no options and is no window of a text. */
  public Graded(String prompt, String expected, List<Outcome> outcomes) {
    this(prompt, expected, List.of(), outcomes);
  }
}
