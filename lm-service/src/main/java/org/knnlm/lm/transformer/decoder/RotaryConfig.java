package org.knnlm.lm.transformer.decoder;

import java.util.function.IntUnaryOperator;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.UnsupportedModelException;
import org.knnlm.lm.transformer.Rope;

/**
 * The fields of config.json that the configs of all {@link RotaryDecoder}s share.
 *
 * @param heads query heads
 * @param kvHeads key and value heads, which groups of query heads share
 * @param headDim length of a head
 * @param normEpsilon of the root mean square norms
 * @param tiedEmbeddings the output matrix is the embedding
 */
public record RotaryConfig(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    double normEpsilon,
    boolean tiedEmbeddings) {

  /** Reads and checks the fields. */
  public static RotaryConfig read(JsonFile config) {
    String activation = config.string("hidden_act").orElse("silu");
    if (!activation.equals("silu")) {
      throw new UnsupportedModelException(
          "%s: hidden_act '%s' is not supported, only silu".formatted(config.file(), activation));
    }
    int hiddenSize = required(config, "hidden_size");
    int heads = required(config, "num_attention_heads");
    int kvHeads = config.positiveInt("num_key_value_heads").orElse(heads);
    if (heads % kvHeads != 0) {
      throw new InvalidModelException(
          "%s: num_attention_heads %d is no multiple of num_key_value_heads %d"
              .formatted(config.file(), heads, kvHeads));
    }
    return new RotaryConfig(
        required(config, "vocab_size"),
        hiddenSize,
        required(config, "intermediate_size"),
        required(config, "num_hidden_layers"),
        heads,
        kvHeads,
        config.positiveInt("head_dim").orElseGet(() -> headDim(config, hiddenSize, heads)),
        config.positiveNumber("rms_norm_eps").orElse(1e-6),
        config.bool("tie_word_embeddings").orElse(false));
  }

  /** Reads the rotary embedding. */
  public Rope rope(JsonFile config, int defaultPositions) {
    return Rope.read(
        config, headDim, config.positiveInt("max_position_embeddings").orElse(defaultPositions));
  }

  /** The shape, with what a family adds; see {@link RotaryShape}. */
  public RotaryShape shape(
      Rope rope, boolean qkvBias, boolean outputBias, boolean mlpBias, IntUnaryOperator window) {
    return new RotaryShape(
        vocabularySize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        normEpsilon,
        tiedEmbeddings,
        qkvBias,
        outputBias,
        mlpBias,
        window,
        rope);
  }

  private static int required(JsonFile config, String name) {
    return config.positiveInt(name).orElseThrow(() -> config.missing(name));
  }

  private static int headDim(JsonFile config, int hiddenSize, int heads) {
    if (hiddenSize % heads != 0) {
      throw new InvalidModelException(
          "%s: without head_dim, hidden_size %d must be a multiple of num_attention_heads %d"
              .formatted(config.file(), hiddenSize, heads));
    }
    return hiddenSize / heads;
  }
}
