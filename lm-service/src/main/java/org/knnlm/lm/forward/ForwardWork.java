package org.knnlm.lm.forward;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.knnlm.lm.batch.Work;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.LogitSource;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/** Whole sequences that go through the model together. */
record ForwardWork(List<Positions> sequences, Wanted wanted, boolean alone)
    implements Work<List<ForwardWork.Outputs>> {

  /**
   * What is wanted of a sequence.
   *
   * @param hiddenStates of its wanted positions, one buffer a layer
   * @param logits of its wanted positions, to be closed on the model's thread
   */
  record Outputs(List<ByteBuffer> hiddenStates, Optional<LogitSource> logits) {
    void close() {
      logits.ifPresent(LogitSource::close);
    }
  }

  @Override
  public int tokens() {
    return sequences.stream().mapToInt(sequence -> sequence.tokenIds().length).sum();
  }

  @Override
  public List<Segment> begin(Transformer model) {
    return sequences.stream().map(sequence -> Segment.whole(sequence.tokenIds())).toList();
  }

  @Override
  public Set<Integer> layers() {
    return Set.copyOf(wanted.layers());
  }

  @Override
  public List<Outputs> end(ForwardPass pass, int firstSegment) {
    List<Outputs> outputs = new ArrayList<>();
    try {
      for (int i = 0; i < sequences.size(); i++) {
        int start = pass.rows(firstSegment + i, 0, 1)[0];
        int[] rows =
            Arrays.stream(sequences.get(i).positions()).map(position -> start + position).toArray();
        outputs.add(
            new Outputs(
                hiddenStates(pass, rows),
                wanted.logits() ? Optional.of(pass.logitSource(rows)) : Optional.empty()));
      }
      return outputs;
    } catch (RuntimeException e) {
      outputs.forEach(Outputs::close);
      throw e;
    }
  }

  private List<ByteBuffer> hiddenStates(ForwardPass pass, int[] rows) {
    return wanted
        .hiddenState()
        .map(
            state ->
                wanted.layers().stream()
                    .map(layer -> pass.hiddenStates(layer, rows, state, wanted.format()))
                    .toList())
        .orElse(List.of());
  }
}
