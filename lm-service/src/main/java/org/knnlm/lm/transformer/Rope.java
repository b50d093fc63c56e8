package org.knnlm.lm.transformer;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.UnsupportedModelException;

/**
 * The rotary position embedding of a model (Su et al. 2021, "RoFormer").
 *
 * @param dim length of a head, even
 * @param theta base of the frequencies
 * @param maxSequenceLength longest sequence that it is meant for
 */
public record Rope(int dim, double theta, RopeScaling scaling, int maxSequenceLength) {
  private static final double DEFAULT_THETA = 10_000;

  /**
   * Reads {@code rope_parameters} (transformers 5), or {@code rope_theta} and {@code rope_scaling}.
   *
   * @param dim length of a head
   * @param maxPositions the model's max_position_embeddings
   * @throws UnsupportedModelException naming a type of scaling that is not implemented
   */
  public static Rope read(JsonFile config, int dim, int maxPositions) {
    if (dim % 2 != 0) {
      throw new InvalidModelException(
          "%s: a rotary embedding needs heads of even length, not %d"
              .formatted(config.file(), dim));
    }
    Optional<JsonFile> parameters =
        config.object("rope_parameters").or(() -> config.object("rope_scaling"));
    refusePartialRotation(config);
    parameters.ifPresent(Rope::refusePartialRotation);
    double theta =
        parameters
            .flatMap(p -> p.positiveNumber("rope_theta"))
            .or(() -> config.positiveNumber("rope_theta"))
            .orElse(DEFAULT_THETA);
    RopeScaling scaling =
        parameters.map(p -> scaling(p, dim, maxPositions)).orElse(new RopeScaling.None());
    int longest =
        scaling instanceof RopeScaling.DynamicNtk(double factor, int trained)
            ? (int) Math.min(factor * trained, Integer.MAX_VALUE)
            : maxPositions;
    return new Rope(dim, theta, scaling, longest);
  }

  private static void refusePartialRotation(JsonFile fields) {
    fields
        .positiveNumber("partial_rotary_factor")
        .filter(factor -> factor != 1)
        .ifPresent(
            factor -> {
              throw new UnsupportedModelException(
                  "%s: partial_rotary_factor %s is not supported, only 1"
                      .formatted(fields.file(), factor));
            });
  }

  private static RopeScaling scaling(JsonFile parameters, int dim, int maxPositions) {
    String type =
        parameters.string("rope_type").or(() -> parameters.string("type")).orElse("default");
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(number(parameters, "factor"));
      case "dynamic" -> {
        if (dim <= 2) {
          throw new InvalidModelException(
              "%s: dynamic rope scaling needs heads longer than 2".formatted(parameters.file()));
        }
        yield new RopeScaling.DynamicNtk(number(parameters, "factor"), maxPositions);
      }
      case "llama3" ->
          new RopeScaling.Llama3(
              number(parameters, "factor"),
              number(parameters, "low_freq_factor"),
              number(parameters, "high_freq_factor"),
              parameters.positiveInt("original_max_position_embeddings").orElse(maxPositions));
      default ->
          throw new UnsupportedModelException(
              "%s: rope type '%s' is not supported; supported are default, linear, dynamic, llama3"
                  .formatted(parameters.file(), type));
    };
  }

  private static double number(JsonFile parameters, String name) {
    return parameters.positiveNumber(name).orElseThrow(() -> parameters.missing(name));
  }

  /**
   * Appends the rows of the last positions of a sequence, each dim / 2 long.
   *
   * @param first of the positions
   * @param count of them
   * @param cosines takes [count, dim / 2]
   * @param sines takes [count, dim / 2]
   */
  public void angles(int first, int count, FloatBuffer cosines, FloatBuffer sines) {
    float[] frequencies = scaling.inverseFrequencies(theta, dim, first + count);
    for (int position = first; position < first + count; position++) {
      for (float frequency : frequencies) {
        float angle = position * frequency;
        cosines.put((float) Math.cos(angle));
        sines.put((float) Math.sin(angle));
      }
    }
  }
}
