package org.knnlm.eval.task;

import java.util.List;

/**
 * An example with what each setting made of it.
 *
 * @param prompt what was asked, for people; at most its last 2,000 characters
 * @param expected the right answer, for people
 * @param outcomes of the base model, then of each retrieval setting
 */
public record Graded(String prompt, String expected, List<Outcome> outcomes) {
  private static final int MAX_PROMPT = 2000;

  public Graded {
    prompt = prompt.substring(Math.max(0, prompt.length() - MAX_PROMPT));
  }
}
