package org.knnlm.lm.forward;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Sequences;
import org.knnlm.lm.transformer.Transformer;

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
  public void forward(List<Positions> sequences, Wanted wanted, Output output)
      throws InterruptedException {
    int first = 0;
    for (Sequences group :
        Sequences.grouped(sequences.stream().map(Positions::tokenIds).toList())) {
      int end = first + group.tokenIds().size();
      forward(group, first, sequences.subList(first, end), wanted, output);
      first = end;
    }
  }

  private void forward(
      Sequences group, int first, List<Positions> sequences, Wanted wanted, Output output)
      throws InterruptedException {
    var open = new AtomicReference<ForwardPass>();
    try {
      List<Optional<ByteBuffer>> hiddenStates =
          model.thread().call(transformer -> run(transformer, group, sequences, wanted, open));
      int rows = rowsPerPiece(wanted);
      for (int i = 0; i < sequences.size(); i++) {
        int[] positions = sequences.get(i).positions();
        for (int row = 0; row < positions.length; row += rows) {
          int end = Math.min(positions.length, row + rows);
          output.accept(
              new Rows(
                  first + i,
                  row,
                  end - row,
                  rows(hiddenStates.get(i), positions.length, row, end),
                  wanted.logits()
                      ? Optional.of(logits(open, i, Arrays.copyOfRange(positions, row, end)))
                      : Optional.empty()));
        }
      }
    } finally {
      model.thread().execute(() -> close(open));
    }
  }

  /** Runs the model; the pass stays open only where logits are to be made of it later. */
  private static List<Optional<ByteBuffer>> run(
      Transformer transformer,
      Sequences group,
      List<Positions> sequences,
      Wanted wanted,
      AtomicReference<ForwardPass> open) {
    ForwardPass pass = transformer.forward(group);
    open.set(pass);
    List<Optional<ByteBuffer>> hiddenStates = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      int sequence = i;
      int[] positions = sequences.get(i).positions();
      hiddenStates.add(
          wanted
              .hiddenState()
              .map(state -> pass.hiddenStates(sequence, positions, state, wanted.format())));
    }
    if (!wanted.logits()) {
      close(open);
    }
    return hiddenStates;
  }

  private static void close(AtomicReference<ForwardPass> open) {
    ForwardPass pass = open.getAndSet(null);
    if (pass != null) {
      pass.close();
    }
  }

  private int rowsPerPiece(Wanted wanted) {
    int rowBytes =
        (wanted.hiddenState().isPresent() ? model.info().hiddenSize() * wanted.format().bytes() : 0)
            + (wanted.logits() ? model.info().vocabularySize() * Float.BYTES : 0);
    return Math.max(1, PIECE_BYTES / rowBytes);
  }

  private static Optional<ByteBuffer> rows(Optional<ByteBuffer> all, int count, int from, int to) {
    return all.map(
        bytes -> {
          int rowBytes = bytes.remaining() / count;
          return bytes
              .slice(from * rowBytes, (to - from) * rowBytes)
              .order(ByteOrder.LITTLE_ENDIAN);
        });
  }

  private ByteBuffer logits(AtomicReference<ForwardPass> open, int sequence, int[] positions) {
    return model.thread().call(transformer -> open.get().logits(sequence, positions));
  }
}
