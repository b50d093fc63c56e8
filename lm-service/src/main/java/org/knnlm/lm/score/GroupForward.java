package org.knnlm.lm.score;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.Sequences;
import org.knnlm.lm.transformer.Transformer;

/**
 * What the model says of a group of targets.
 *
 * @param logProbs log p_LM of each target token, [sequences][targets]
 * @param queries of all target tokens, one sequence after the other
 * @param queueMillis that the group waited for the model
 * @param forwardMillis that the model took
 */
record GroupForward(
    List<float[]> logProbs,
    Map<HiddenState, Queries> queries,
    double queueMillis,
    double forwardMillis) {

  /**
   * Runs the model, on its thread.
   *
   * @param submitted {@link System#nanoTime} when the group was queued
   */
  static GroupForward run(
      Transformer model, List<Target> group, Set<HiddenState> states, long submitted) {
    long started = System.nanoTime();
    try (ForwardPass pass =
        model.forward(new Sequences(group.stream().map(Target::tokenIds).toList()))) {
      List<float[]> logProbs = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        logProbs.add(pass.logProbs(i, group.get(i).firstTarget()));
      }
      int[] tokens = group.stream().flatMapToInt(target -> IntStream.of(target.tokens())).toArray();
      Map<HiddenState, Queries> queries = new EnumMap<>(HiddenState.class);
      for (HiddenState state : states) {
        queries.put(state, new Queries(hiddenStates(pass, group, state), tokens));
      }
      long ended = System.nanoTime();
      return new GroupForward(
          logProbs, queries, millis(started - submitted), millis(ended - started));
    }
  }

  /** Those of the positions that predict the targets: each one before its target. */
  private static ByteBuffer hiddenStates(ForwardPass pass, List<Target> group, HiddenState state) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      Target target = group.get(i);
      int[] positions = ForwardPass.range(target.firstTarget() - 1, target.tokenIds().length - 1);
      parts.add(pass.hiddenStates(i, positions, state, FloatFormat.FP32));
    }
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    ByteBuffer all =
        ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum())
            .order(ByteOrder.LITTLE_ENDIAN);
    parts.forEach(all::put);
    return all.flip();
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }
}
