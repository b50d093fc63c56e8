package org.knnlm.lm.transformer.llama;

import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.UnsupportedModelException;
import org.knnlm.lm.transformer.Rope;

/**
 * What config.json says of a Llama model; what it leaves out has the default of Hugging Face's
 * {@code LlamaConfig}.
 *
 * @param heads query heads
 * @param kvHeads key and value heads, which groups of query heads share
 * @param headDim length of a head
 * @param normEpsilon of the root mean square norms
 * @param tiedEmbeddings the output matrix is the embedding
 * @param attentionBias the four projections of attention have biases
 * @param mlpBias the three projections of the MLP have biases
 */
record LlamaConfig(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    double normEpsilon,
    boolean tiedEmbeddings,
    boolean attentionBias,
    boolean mlpBias,
    Rope rope) {

  static LlamaConfig read(JsonFile config) {
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
    int headDim =
        config.positiveInt("head_dim").orElseGet(() -> headDim(config, hiddenSize, heads));
    return new LlamaConfig(
        required(config, "vocab_size"),
        hiddenSize,
        required(config, "intermediate_size"),
        required(config, "num_hidden_layers"),
        heads,
        kvHeads,
        headDim,
        config.positiveNumber("rms_norm_eps").orElse(1e-6),
        config.bool("tie_word_embeddings").orElse(false),
        config.bool("attention_bias").orElse(false),
        config.bool("mlp_bias").orElse(false),
        Rope.read(config, headDim, config.positiveInt("max_position_embeddings").orElse(2048)));
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
