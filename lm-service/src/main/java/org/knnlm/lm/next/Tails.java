package org.knnlm.lm.next;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;

/**
 * What the model says at the ends of sequences.
 *
 * @param logProbs of every token of the vocabulary, {@code [sequences][V]}
 * @param queries of the same positions
 */
public record Tails(List<float[]> logProbs, Map<HiddenState, Queries> queries) {
  /**
   * Reads them from a pass.
   *
   * @param rows of the last positions, few: a row of the vocabulary is held of each
   */
  public static Tails read(ForwardPass pass, int[] rows, Set<HiddenState> states) {
    Map<HiddenState, Queries> queries = new EnumMap<>(HiddenState.class);
    for (HiddenState state : states) {
      ByteBuffer hidden = pass.hiddenStates(rows, state, FloatFormat.FP32);
      queries.put(state, new Queries(hidden, rows.length));
    }
    return new Tails(List.of(pass.logProbs(rows)), queries);
  }
}
