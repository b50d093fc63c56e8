package org.knnlm.lm.transformer.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.Architectures;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.Sequences;
import org.knnlm.lm.transformer.Transformer;

/** Against what Hugging Face transformers computed of the same weights. */
class LlamaTest {
  private static final double TOLERANCE = 1e-4;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gqa",
        "mha-head-dim",
        "llama3-rope",
        "linear-rope",
        "dynamic-rope",
        "untied",
        "biases",
        "sharded",
        "bf16",
        "fp16"
      })
  void equalsHuggingFace(String name) {
    checkAgainstExpected(Fixtures.llama(name));
  }

  @Test
  void readsRotaryScalingAsTransformers4WroteIt(@TempDir Path folder) {
    Path checkpoint = Fixtures.copy("linear-rope", folder);
    Fixtures.replace(checkpoint.resolve("config.json"), "rope_parameters", "rope_scaling");
    Fixtures.replace(
        checkpoint.resolve("config.json"),
        "\"rope_theta\": 10000.0,\n    \"rope_type\"",
        "\"type\"");
    Fixtures.replace(
        checkpoint.resolve("config.json"),
        "\"vocab_size\"",
        "\"rope_theta\": 10000.0, \"vocab_size\"");
    checkAgainstExpected(checkpoint);
  }

  private static void checkAgainstExpected(Path checkpoint) {
    int[][] sequences = Fixtures.sequences(checkpoint);
    try (Transformer model = Architectures.load(new ModelDirectory(checkpoint), 2);
        ForwardPass pass = model.forward(new Sequences(List.of(sequences)))) {
      for (int i = 0; i < sequences.length; i++) {
        int[] all = ForwardPass.range(0, sequences[i].length);
        assertClose(pass.logits(i, all), Fixtures.expected(checkpoint, i, "logits"));
        assertClose(
            pass.hiddenStates(i, all, HiddenState.LAST_FFN_INPUT, FloatFormat.FP32),
            Fixtures.expected(checkpoint, i, "ffn_input"));
        assertClose(
            pass.hiddenStates(i, all, HiddenState.LAST_FFN_OUTPUT, FloatFormat.FP32),
            Fixtures.expected(checkpoint, i, "ffn_output"));
      }
    }
  }

  private static void assertClose(ByteBuffer actual, float[] expected) {
    assertThat(Fixtures.largestDifference(Fixtures.floats(actual), expected)).isLessThan(TOLERANCE);
  }

  @Test
  void aSequenceDoesNotSeeItsNeighbours() {
    Path checkpoint = Fixtures.llama("dynamic-rope");
    int[][] sequences = Fixtures.sequences(checkpoint);
    try (Transformer model = Architectures.load(new ModelDirectory(checkpoint), 2);
        ForwardPass together = model.forward(new Sequences(List.of(sequences[1], sequences[0])));
        ForwardPass alone = model.forward(new Sequences(List.of(sequences[0])))) {
      assertThat(together.logProbs(1, 1)).containsExactly(alone.logProbs(0, 1), within(1e-5f));
    }
  }

  @Test
  void logProbsAreTheLogSoftmaxOfTheLogits() {
    Path checkpoint = Fixtures.llama("gqa");
    int[] ids = Fixtures.sequences(checkpoint)[0];
    try (Transformer model = Architectures.load(new ModelDirectory(checkpoint), 2);
        ForwardPass pass = model.forward(new Sequences(List.of(ids)))) {
      int vocabulary = model.dimensions().vocabularySize();
      float[] logits = Fixtures.expected(checkpoint, 0, "logits");
      float[] logProbs = pass.logProbs(0, 5);
      assertThat(logProbs).hasSize(ids.length - 5);
      for (int t = 5; t < ids.length; t++) {
        double sum = 0;
        for (int v = 0; v < vocabulary; v++) {
          sum += Math.exp(logits[(t - 1) * vocabulary + v]);
        }
        double expected = logits[(t - 1) * vocabulary + ids[t]] - Math.log(sum);
        assertThat((double) logProbs[t - 5]).isCloseTo(expected, within(TOLERANCE));
      }
    }
  }

  @Test
  void handsOutChosenPositionsAndHalfPrecision() {
    Path checkpoint = Fixtures.llama("gqa");
    int[] ids = Fixtures.sequences(checkpoint)[0];
    try (Transformer model = Architectures.load(new ModelDirectory(checkpoint), 2);
        ForwardPass pass = model.forward(new Sequences(List.of(ids)))) {
      int hidden = model.dimensions().hiddenSize();
      float[] expected = Fixtures.expected(checkpoint, 0, "ffn_input");
      ByteBuffer half =
          pass.hiddenStates(0, new int[] {3, 36}, HiddenState.LAST_FFN_INPUT, FloatFormat.FP16);
      assertThat(half.remaining()).isEqualTo(2 * hidden * 2);
      half.order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < hidden; i++) {
        assertThat(Float.float16ToFloat(half.getShort(2 * i)))
            .isCloseTo(expected[3 * hidden + i], within(2e-3f));
        assertThat(Float.float16ToFloat(half.getShort(2 * (hidden + i))))
            .isCloseTo(expected[36 * hidden + i], within(2e-3f));
      }
    }
  }
}
