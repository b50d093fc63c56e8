package org.knnlm.lm.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.NotFiniteException;

class ForwarderTest {
  private static final Path CHECKPOINT = Fixtures.llama("gqa");
  private static final int VOCABULARY = 96;
  private static final int HIDDEN = 48;
  private static final List<Integer> LAST = List.of(1);

  private static LanguageModel model;
  private static int[][] sequences;

  @BeforeAll
  static void load() {
    Fixtures.configureTorch();
    model = LanguageModel.load(CHECKPOINT, Optional.empty(), Fixtures.options());
    sequences = Fixtures.sequences(CHECKPOINT);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Positions all(int sequence) {
    return new Positions(sequences[sequence], ForwardPass.range(0, sequences[sequence].length));
  }

  private static List<Rows> forward(LanguageModel model, List<Positions> sequences, Wanted wanted)
      throws InterruptedException {
    List<Rows> pieces = new ArrayList<>();
    new Forwarder(model).forward(sequences, wanted, Passes.SHARED, pieces::add);
    return pieces;
  }

  @Test
  void handsOutBothKindsInOnePiece() throws InterruptedException {
    var wanted = new Wanted(Optional.of(HiddenState.LAST_FFN_OUTPUT), FloatFormat.FP32, LAST, true);
    List<Rows> pieces =
        forward(model, List.of(all(1), new Positions(sequences[0], new int[] {2, 36})), wanted);
    assertThat(pieces).extracting(Rows::sequence).containsExactly(0, 1);
    assertThat(pieces).extracting(Rows::rows).containsExactly(11, 2);
    float[] logits = Fixtures.expected(CHECKPOINT, 0, "logits");
    float[] states = Fixtures.expected(CHECKPOINT, 0, "ffn_output");
    Rows chosen = pieces.get(1);
    assertThat(
            Fixtures.largestDifference(
                Fixtures.floats(chosen.logits().orElseThrow()), rows(logits, VOCABULARY, 2, 36)))
        .isLessThan(1e-4);
    assertThat(
            Fixtures.largestDifference(
                Fixtures.floats(chosen.hiddenStates().orElseThrow()), rows(states, HIDDEN, 2, 36)))
        .isLessThan(1e-4);
  }

  private static float[] rows(float[] all, int columns, int... rows) {
    float[] chosen = new float[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(all, rows[i] * columns, chosen, i * columns, columns);
    }
    return chosen;
  }

  /** More sequences than fit into one group, more rows than fit into one piece. */
  @Test
  void cutsManyRowsIntoPiecesThatFollowEachOther() throws InterruptedException {
    int[] ids = new int[60];
    Arrays.setAll(ids, i -> 3 + i);
    var positions = new Positions(ids, ForwardPass.range(0, ids.length));
    List<Positions> many = java.util.Collections.nCopies(200, positions);
    var wanted = new Wanted(Optional.of(HiddenState.LAST_FFN_INPUT), FloatFormat.FP16, LAST, false);
    List<Rows> pieces = forward(model, many, wanted);
    assertThat(pieces).hasSize(200);
    byte[] first = bytes(pieces.getFirst());
    for (int i = 0; i < 200; i++) {
      assertThat(pieces.get(i).sequence()).isEqualTo(i);
      assertThat(pieces.get(i).logits()).isEmpty();
      assertThat(bytes(pieces.get(i))).hasSize(60 * HIDDEN * 2).isEqualTo(first);
    }
  }

  /** Bit for bit, whatever is asked for beside it: what datastores are made of. */
  @Test
  void aPassOfItsOwnGivesTheSameBitsInAnyCompany() throws Exception {
    var random = new Random(7);
    var wanted = new Wanted(Optional.of(HiddenState.LAST_FFN_INPUT), FloatFormat.FP32, LAST, false);
    List<Positions> some =
        IntStream.of(3, 60, 17, 64, 5)
            .mapToObj(
                length ->
                    new Positions(
                        random.ints(length, 0, VOCABULARY).toArray(), ForwardPass.range(0, length)))
            .toList();
    List<byte[]> expected = new ArrayList<>();
    for (Positions sequence : some) {
      new Forwarder(model)
          .forward(List.of(sequence), wanted, Passes.OWN, rows -> expected.add(bytes(rows)));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<byte[]>>> asked = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Passes passes = i % 2 == 0 ? Passes.OWN : Passes.SHARED;
        asked.add(
            threads.submit(
                () -> {
                  List<byte[]> found = new ArrayList<>();
                  new Forwarder(model)
                      .forward(some, wanted, passes, rows -> found.add(bytes(rows)));
                  return found;
                }));
      }
      for (int i = 0; i < 40; i += 2) {
        assertThat(asked.get(i).get()).containsExactlyElementsOf(expected);
      }
    }
  }

  private static byte[] bytes(Rows rows) {
    byte[] bytes = new byte[rows.hiddenStates().orElseThrow().remaining()];
    rows.hiddenStates().orElseThrow().get(0, bytes);
    return bytes;
  }

  /** Each layer's states are those of the layer before, advanced: the last are Hugging Face's. */
  @Test
  void handsOutChosenLayers() throws InterruptedException {
    var wanted =
        new Wanted(
            Optional.of(HiddenState.LAST_FFN_OUTPUT), FloatFormat.FP32, List.of(0, 1), false);
    float[] both =
        Fixtures.floats(
            forward(model, List.of(all(1)), wanted).getFirst().hiddenStates().orElseThrow());
    int rows = sequences[1].length;
    assertThat(both).hasSize(2 * rows * HIDDEN);
    float[] last = Arrays.copyOfRange(both, rows * HIDDEN, both.length);
    float[] expected = Fixtures.expected(CHECKPOINT, 1, "ffn_output");
    assertThat(Fixtures.largestDifference(last, expected)).isLessThan(1e-4);
    float[] first = Arrays.copyOf(both, rows * HIDDEN);
    assertThat(Fixtures.largestDifference(first, expected)).isGreaterThan(0.1);
  }

  @Test
  void aCallerThatBreaksOffLeavesTheModelUsable() throws InterruptedException {
    var wanted = new Wanted(Optional.empty(), FloatFormat.FP32, LAST, true);
    assertThatThrownBy(
            () ->
                new Forwarder(model)
                    .forward(
                        List.of(all(0)),
                        wanted,
                        Passes.SHARED,
                        rows -> {
                          throw new IllegalStateException("enough");
                        }))
        .hasMessage("enough");
    assertThat(forward(model, List.of(all(0)), wanted)).hasSize(1);
  }

  @Test
  void aNanInTheWeightsIsAnErrorAndNoNumber(@TempDir Path folder) {
    Fixtures.copy("gqa", folder);
    Fixtures.putNanAtTheEnd(folder);
    try (LanguageModel damaged =
        LanguageModel.load(folder, Optional.of("damaged"), Fixtures.options())) {
      assertThatThrownBy(
              () ->
                  forward(
                      damaged,
                      List.of(all(0)),
                      new Wanted(Optional.empty(), FloatFormat.FP32, LAST, true)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessage("the logits hold NaN or infinity");
    }
  }

  @Test
  void aHiddenStateBeyondHalfPrecisionIsAnError(@TempDir Path folder) throws Exception {
    Fixtures.copy("gqa", folder);
    Path weights = folder.resolve("model.safetensors");
    scale(weights, "model.embed_tokens.weight", 1e6f);
    try (LanguageModel loud = LanguageModel.load(folder, Optional.empty(), Fixtures.options())) {
      var state = Optional.of(HiddenState.LAST_FFN_OUTPUT);
      assertThat(forward(loud, List.of(all(0)), new Wanted(state, FloatFormat.FP32, LAST, false)))
          .hasSize(1);
      assertThatThrownBy(
              () ->
                  forward(loud, List.of(all(0)), new Wanted(state, FloatFormat.FP16, LAST, false)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("LAST_FFN_OUTPUT of layer 1 exceeds the range of FP16");
    }
  }

  private static void scale(Path file, String tensor, float factor) throws IOException {
    byte[] all = Files.readAllBytes(file);
    var buffer = java.nio.ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int header = (int) buffer.getLong(0);
    var offsets =
        com.google.gson.JsonParser.parseString(
                new String(all, 8, header, java.nio.charset.StandardCharsets.UTF_8))
            .getAsJsonObject()
            .getAsJsonObject(tensor)
            .getAsJsonArray("data_offsets");
    for (int i = offsets.get(0).getAsInt(); i < offsets.get(1).getAsInt(); i += 4) {
      buffer.putFloat(8 + header + i, factor * buffer.getFloat(8 + header + i));
    }
    Files.write(file, all);
  }
}
