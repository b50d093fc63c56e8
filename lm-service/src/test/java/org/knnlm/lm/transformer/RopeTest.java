package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.UnsupportedModelException;

class RopeTest {
  private static Rope read(String fields) {
    return Rope.read(JsonFile.parse(Path.of("config.json"), "{%s}".formatted(fields)), 64, 2048);
  }

  @Test
  void readsBothSpellings() {
    var linear = new RopeScaling.Linear(4);
    assertThat(
            read(
                "\"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 4, \"rope_theta\": 500}"))
        .isEqualTo(
            read("\"rope_theta\": 500, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}"))
        .isEqualTo(new Rope(64, 500, linear, 2048));
    assertThat(read("\"rope_theta\": 500"))
        .isEqualTo(new Rope(64, 500, new RopeScaling.None(), 2048));
    assertThat(read("\"rope_scaling\": null"))
        .isEqualTo(new Rope(64, 10_000, new RopeScaling.None(), 2048));
    assertThat(
            read(
                "\"rope_theta\": 7, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 500}"))
        .isEqualTo(new Rope(64, 500, new RopeScaling.None(), 2048));
  }

  @Test
  void dynamicScalingTakesLongerSequences() {
    Rope rope = read("\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}");
    assertThat(rope.maxSequenceLength()).isEqualTo(4096);
    assertThat(rope.scaling()).isEqualTo(new RopeScaling.DynamicNtk(2, 2048));
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "longrope", "su", "mrope"})
  void anUnknownTypeIsNamed(String type) {
    assertThatThrownBy(() -> read("\"rope_scaling\": {\"type\": \"%s\"}".formatted(type)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "config.json: rope type '%s' is not supported; supported are default, linear, dynamic, llama3",
            type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "rope_scaling": {"type": "linear"} | rope_scaling.factor is missing
          "rope_scaling": {"type": "linear", "factor": 0} | rope_scaling.factor is 0, but must be
          "rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 1} | rope_scaling.high_freq_factor is missing
          "rope_theta": -1 | rope_theta is -1, but must be
          """)
  void missingAndImpossibleNumbersAreNamed(String fields, String problem) {
    assertThatThrownBy(() -> read(fields))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void partialRotationAndOddHeadsAreRefused() {
    assertThatThrownBy(() -> read("\"partial_rotary_factor\": 0.5"))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("partial_rotary_factor 0.5 is not supported");
    assertThatThrownBy(() -> Rope.read(JsonFile.parse(Path.of("config.json"), "{}"), 63, 2048))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("even length, not 63");
  }

  /** The definition, term by term, in double precision. */
  @Property
  void anglesFollowTheDefinition(
      @ForAll @IntRange(min = 1, max = 64) int pairs,
      @ForAll @IntRange(min = 2, max = 1_000_000) int theta,
      @ForAll @IntRange(min = 1, max = 60) int length) {
    int dim = 2 * pairs;
    FloatBuffer cosines = FloatBuffer.allocate(length * pairs);
    FloatBuffer sines = FloatBuffer.allocate(length * pairs);
    new Rope(dim, theta, new RopeScaling.None(), 2048).angles(0, length, cosines, sines);
    for (int position = 0; position < length; position++) {
      for (int i = 0; i < pairs; i++) {
        double angle = position * Math.pow(theta, -2.0 * i / dim);
        assertThat((double) cosines.get(position * pairs + i))
            .isCloseTo(Math.cos(angle), within(2e-5));
        assertThat((double) sines.get(position * pairs + i))
            .isCloseTo(Math.sin(angle), within(2e-5));
      }
    }
  }

  @Property
  void dynamicScalingLeavesTrainedLengthsAlone(@ForAll @IntRange(min = 1, max = 2048) int length) {
    assertThat(new RopeScaling.DynamicNtk(4, 2048).inverseFrequencies(10_000, 64, length))
        .isEqualTo(new RopeScaling.None().inverseFrequencies(10_000, 64, length));
  }
}
