package org.knnlm.lm.forward;

import java.util.List;
import java.util.Optional;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.HiddenState;

/**
 * What is wanted of each position.
 *
 * @param hiddenState which hidden state, if any
 * @param format of the hidden states
 * @param layers whose hidden states, in the order of the output; one at least
 * @param logits whether logits are wanted, as float32
 */
public record Wanted(
    Optional<HiddenState> hiddenState, FloatFormat format, List<Integer> layers, boolean logits) {
  public Wanted {
    if (hiddenState.isEmpty() && !logits) {
      throw new IllegalArgumentException("neither hidden states nor logits are wanted");
    }
  }
}
