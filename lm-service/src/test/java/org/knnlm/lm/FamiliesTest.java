package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.LogitSource;
import org.knnlm.lm.transformer.Precision;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/** Every family against what Hugging Face transformers computed of the same weights. */
class FamiliesTest {
  private static final double TOLERANCE = 1e-4;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  static List<String> checkpoints() {
    return List.of(
        "llama/gqa",
        "llama/mha-head-dim",
        "llama/llama3-rope",
        "llama/linear-rope",
        "llama/dynamic-rope",
        "llama/untied",
        "llama/biases",
        "llama/sharded",
        "llama/bf16",
        "llama/fp16",
        "mistral/sliding",
        "mistral/full",
        "qwen2/tied",
        "qwen2/sliding",
        "gpt2/tied",
        "gpt2/wide");
  }

  private static Transformer load(Path checkpoint) {
    return Architectures.load(new ModelDirectory(checkpoint), Fixtures.options());
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void equalsHuggingFace(String name) {
    checkAgainstExpected(Fixtures.checkpoint(name));
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
    try (Transformer model = load(checkpoint);
        ForwardPass pass = model.forward(Batch.of(sequences))) {
      for (int i = 0; i < sequences.length; i++) {
        check(pass, pass.rows(i, 0, sequences[i].length), checkpoint, i, 0);
      }
    }
  }

  /** Rows of a pass against the expected outputs of a sequence from a position on. */
  private static void check(
      ForwardPass pass, int[] rows, Path checkpoint, int sequence, int position) {
    try (LogitSource logits = pass.logitSource(rows)) {
      assertClose(logits.rows(0, rows.length), checkpoint, sequence, "logits", position);
    }
    assertClose(
        pass.hiddenStates(rows, HiddenState.LAST_FFN_INPUT, FloatFormat.FP32),
        checkpoint,
        sequence,
        "ffn_input",
        position);
    assertClose(
        pass.hiddenStates(rows, HiddenState.LAST_FFN_OUTPUT, FloatFormat.FP32),
        checkpoint,
        sequence,
        "ffn_output",
        position);
  }

  private static void assertClose(
      ByteBuffer actual, Path checkpoint, int sequence, String kind, int position) {
    float[] expected = Fixtures.expected(checkpoint, sequence, kind);
    int columns = expected.length / Fixtures.sequences(checkpoint)[sequence].length;
    float[] values = Fixtures.floats(actual);
    float[] part =
        Arrays.copyOfRange(expected, position * columns, position * columns + values.length);
    assertThat(Fixtures.largestDifference(values, part)).as(kind).isLessThan(TOLERANCE);
  }

  /**
   * Two sequences of different lengths go on token by token, or in pieces, in common passes; and
   * what follows a prefix without being kept is the same.
   */
  @ParameterizedTest
  @MethodSource("checkpoints")
  void equalsHuggingFaceWithACache(String name) {
    Path checkpoint = Fixtures.checkpoint(name);
    int[][] sequences = Fixtures.sequences(checkpoint);
    try (Transformer model = load(checkpoint)) {
      if (!model.keepsPrefixes(sequences[0].length)) {
        assertThat(name).isEqualTo("llama/dynamic-rope");
        return;
      }
      List<KvCache> caches =
          Arrays.stream(sequences).map(ids -> model.newCache(ids.length)).toList();
      for (int begin : new int[] {0, 7, 8, 9, 10, 11, 30}) {
        int end = begin == 0 ? 7 : begin == 11 ? 30 : begin == 30 ? 37 : begin + 1;
        List<Segment> segments = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        for (int i = 0; i < sequences.length; i++) {
          if (end <= sequences[i].length) {
            int[] piece = Arrays.copyOfRange(sequences[i], begin, end);
            if (begin > 0) {
              segments.add(Segment.after(caches.get(i), begin, piece));
              owners.add(i);
            }
            segments.add(Segment.appending(caches.get(i), begin, piece));
            owners.add(i);
          }
        }
        try (ForwardPass pass = model.forward(new Batch(segments))) {
          for (int s = 0; s < owners.size(); s++) {
            check(pass, pass.rows(s, 0, end - begin), checkpoint, owners.get(s), begin);
          }
        }
      }
      caches.forEach(KvCache::release);
    }
  }

  /** A segment may follow one of the same pass through its cache, and a copied cache is as good. */
  @ParameterizedTest
  @ValueSource(strings = {"llama/gqa", "mistral/sliding", "gpt2/tied"})
  void aSegmentFollowsOneOfTheSamePass(String name) {
    Path checkpoint = Fixtures.checkpoint(name);
    int[] ids = Fixtures.sequences(checkpoint)[0];
    int cut = 20;
    int[] before = Arrays.copyOf(ids, cut);
    int[] after = Arrays.copyOfRange(ids, cut, ids.length);
    try (Transformer model = load(checkpoint)) {
      KvCache cache = model.newCache(cut);
      var batch =
          new Batch(List.of(Segment.appending(cache, 0, before), Segment.after(cache, cut, after)));
      try (ForwardPass pass = model.forward(batch)) {
        check(pass, pass.rows(1, 0, after.length), checkpoint, 0, cut);
      }
      KvCache copy = model.newCache(ids.length);
      copy.copy(cache, cut);
      cache.release();
      try (ForwardPass pass =
          model.forward(new Batch(List.of(Segment.appending(copy, cut, after))))) {
        check(pass, pass.rows(0, 0, after.length), checkpoint, 0, cut);
      }
      copy.release();
    }
  }

  @Test
  void aSequenceDoesNotSeeItsNeighbours() {
    Path checkpoint = Fixtures.llama("dynamic-rope");
    int[][] sequences = Fixtures.sequences(checkpoint);
    try (Transformer model = load(checkpoint);
        ForwardPass together = model.forward(Batch.of(sequences[1], sequences[0]));
        ForwardPass alone = model.forward(Batch.of(sequences[0]))) {
      assertThat(logProbs(together, 1, sequences[0], 1))
          .containsExactly(logProbs(alone, 0, sequences[0], 1), within(1e-5f));
    }
  }

  private static float[] logProbs(ForwardPass pass, int segment, int[] ids, int firstTarget) {
    return pass.logProbs(
        pass.rows(segment, firstTarget - 1, ids.length - 1),
        Arrays.copyOfRange(ids, firstTarget, ids.length));
  }

  @Test
  void logProbsAreTheLogSoftmaxOfTheLogits() {
    Path checkpoint = Fixtures.llama("gqa");
    int[] ids = Fixtures.sequences(checkpoint)[0];
    try (Transformer model = load(checkpoint);
        ForwardPass pass = model.forward(Batch.of(ids))) {
      int vocabulary = model.dimensions().vocabularySize();
      float[] logits = Fixtures.expected(checkpoint, 0, "logits");
      float[] logProbs = logProbs(pass, 0, ids, 5);
      float[][] all = pass.logProbs(pass.rows(0, 4, ids.length - 1));
      assertThat(logProbs).hasSize(ids.length - 5);
      for (int t = 5; t < ids.length; t++) {
        double sum = 0;
        for (int v = 0; v < vocabulary; v++) {
          sum += Math.exp(logits[(t - 1) * vocabulary + v]);
        }
        double expected = logits[(t - 1) * vocabulary + ids[t]] - Math.log(sum);
        assertThat((double) logProbs[t - 5]).isCloseTo(expected, within(TOLERANCE));
        assertThat((double) all[t - 5][ids[t]]).isCloseTo(expected, within(TOLERANCE));
      }
    }
  }

  @Test
  void handsOutHalfPrecision() {
    Path checkpoint = Fixtures.llama("gqa");
    int[] ids = Fixtures.sequences(checkpoint)[0];
    try (Transformer model = load(checkpoint);
        ForwardPass pass = model.forward(Batch.of(ids))) {
      int hidden = model.dimensions().hiddenSize();
      float[] expected = Fixtures.expected(checkpoint, 0, "ffn_input");
      ByteBuffer half =
          pass.hiddenStates(new int[] {3, 36}, HiddenState.LAST_FFN_INPUT, FloatFormat.FP16);
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

  /**
   * Products of bfloat16 have 8 bits: some percent of the states' own size is what two layers make
   * of it.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"llama/gqa", "llama/biases", "mistral/sliding", "qwen2/tied", "gpt2/wide"})
  void bf16IsCloseToHuggingFace(String name) {
    assertThat(relativeError(name, Precision.BF16)).isBetween(1e-5, 5e-2);
  }

  /**
   * Products of float16 have 11 bits. The service has them on GPUs alone; here the CPU stands in.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"llama/gqa", "llama/biases", "mistral/sliding", "qwen2/tied", "gpt2/wide"})
  void fp16IsCloserToHuggingFace(String name) {
    assertThat(relativeError(name, Precision.FP16)).isBetween(1e-6, 5e-3);
  }

  /** Of the last layer's hidden states, in their own size. */
  private static double relativeError(String name, Precision precision) {
    Path checkpoint = Fixtures.checkpoint(name);
    int[][] sequences = Fixtures.sequences(checkpoint);
    try (Transformer model =
            Architectures.load(new ModelDirectory(checkpoint), Fixtures.options(precision));
        ForwardPass pass = model.forward(Batch.of(sequences))) {
      int[] rows = pass.rows(0, 0, sequences[0].length);
      float[] states =
          Fixtures.floats(pass.hiddenStates(rows, HiddenState.LAST_FFN_OUTPUT, FloatFormat.FP32));
      float[] expected = Fixtures.expected(checkpoint, 0, "ffn_output");
      double error = 0;
      double size = 0;
      for (int i = 0; i < expected.length; i++) {
        error += Math.pow(states[i] - expected[i], 2);
        size += Math.pow(expected[i], 2);
      }
      return Math.sqrt(error / size);
    }
  }
}
