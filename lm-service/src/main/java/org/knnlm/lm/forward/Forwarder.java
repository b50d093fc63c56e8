package org.knnlm.lm.forward;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Done;
import org.knnlm.lm.batch.Groups;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.transformer.LogitSource;

/**
 * Runs sequences through the model and hands out what is wanted of them, never all logits at once.
 */
public final class Forwarder {
  /** Keeps a piece well below the 4 MiB that a gRPC message has by default. */
  private static final int PIECE_BYTES = 3 << 20;

  private final LanguageModel model;

  public Forwarder(LanguageModel model) {
    this.model = model;
  }

  /** Takes the pieces, in the order of sequences and positions. */
  @FunctionalInterface
  public interface Output {
    void accept(Rows rows) throws InterruptedException;
  }

  /**
   * Runs all sequences.
   *
   * @throws org.knnlm.lm.transformer.NotFiniteException when the model computes a NaN
   */
  public void forward(List<Positions> sequences, Wanted wanted, Passes passes, Output output)
      throws InterruptedException {
    int first = 0;
    for (List<Positions> group : groups(sequences, passes)) {
      forward(new ForwardWork(group, wanted, passes == Passes.OWN), first, output);
      first += group.size();
    }
  }

  private static List<List<Positions>> groups(List<Positions> sequences, Passes passes) {
    return switch (passes) {
      case OWN -> sequences.stream().map(List::of).toList();
      case SHARED ->
          Groups.of(sequences, sequence -> sequence.tokenIds().length, ModelQueue.PASS_TOKENS);
    };
  }

  private void forward(ForwardWork work, int first, Output output) throws InterruptedException {
    List<Positions> sequences = work.sequences();
    Wanted wanted = work.wanted();
    Done<List<ForwardWork.Outputs>> done = ModelQueue.await(model.queue().submit(work));
    List<ForwardWork.Outputs> outputs = done.value();
    double all = sequences.stream().mapToInt(sequence -> sequence.positions().length).sum();
    try {
      int rows = rowsPerPiece(wanted);
      for (int i = 0; i < sequences.size(); i++) {
        int count = sequences.get(i).positions().length;
        for (int row = 0; row < count; row += rows) {
          int end = Math.min(count, row + rows);
          output.accept(
              new Rows(
                  first + i,
                  row,
                  end - row,
                  hiddenStates(outputs.get(i).hiddenStates(), wanted, row, end),
                  logits(outputs.get(i).logits(), row, end),
                  done.timings((end - row) / all, 0)));
        }
      }
    } finally {
      model.queue().execute(() -> outputs.forEach(ForwardWork.Outputs::close));
    }
  }

  private Optional<ByteBuffer> logits(Optional<LogitSource> source, int from, int to) {
    return source.map(logits -> model.queue().call(transformer -> logits.rows(from, to)));
  }

  private int rowsPerPiece(Wanted wanted) {
    int rowBytes =
        hiddenRowBytes(wanted) * wanted.layers().size()
            + (wanted.logits() ? model.info().vocabularySize() * Float.BYTES : 0);
    return Math.max(1, PIECE_BYTES / rowBytes);
  }

  private int hiddenRowBytes(Wanted wanted) {
    return wanted.hiddenState().isPresent()
        ? model.info().hiddenSize() * wanted.format().bytes()
        : 0;
  }

  /** Some rows of every layer, one layer after the other. */
  private Optional<ByteBuffer> hiddenStates(
      List<ByteBuffer> layers, Wanted wanted, int from, int to) {
    if (layers.isEmpty()) {
      return Optional.empty();
    }
    int rowBytes = hiddenRowBytes(wanted);
    int bytes = (to - from) * rowBytes;
    if (layers.size() == 1) {
      return Optional.of(
          layers.getFirst().slice(from * rowBytes, bytes).order(ByteOrder.LITTLE_ENDIAN));
    }
    ByteBuffer all = ByteBuffer.allocate(layers.size() * bytes).order(ByteOrder.LITTLE_ENDIAN);
    layers.forEach(layer -> all.put(layer.slice(from * rowBytes, bytes)));
    return Optional.of(all.flip());
  }
}
