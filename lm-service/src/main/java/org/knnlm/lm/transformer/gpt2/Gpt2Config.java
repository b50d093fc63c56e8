package org.knnlm.lm.transformer.gpt2;

import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.UnsupportedModelException;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Dimensions;

/**
 * What config.json says of a GPT-2 model; what it leaves out has the default of Hugging Face's
 * {@code GPT2Config}.
 *
 * @param innerSize of the MLP
 * @param positions that have an embedding
 * @param scaled products of queries and keys are divided by the root of the head's length
 * @param scaledByLayer they are divided by the layer's number, counted from 1, as well
 * @param tiedEmbeddings the output matrix is the embedding
 */
record Gpt2Config(
    int vocabularySize,
    int hiddenSize,
    int innerSize,
    int layers,
    int heads,
    int positions,
    double normEpsilon,
    boolean scaled,
    boolean scaledByLayer,
    boolean tiedEmbeddings) {

  static Gpt2Config read(JsonFile config) {
    String activation = config.string("activation_function").orElse("gelu_new");
    if (!activation.equals("gelu_new")) {
      throw new UnsupportedModelException(
          "%s: activation_function '%s' is not supported, only gelu_new"
              .formatted(config.file(), activation));
    }
    int hiddenSize = config.positiveInt("n_embd").orElse(768);
    int heads = config.positiveInt("n_head").orElse(12);
    if (hiddenSize % heads != 0) {
      throw new InvalidModelException(
          "%s: n_embd %d is no multiple of n_head %d".formatted(config.file(), hiddenSize, heads));
    }
    return new Gpt2Config(
        config.positiveInt("vocab_size").orElse(50_257),
        hiddenSize,
        config.positiveInt("n_inner").orElse(4 * hiddenSize),
        config.positiveInt("n_layer").orElse(12),
        heads,
        config.positiveInt("n_positions").orElse(1024),
        config.positiveNumber("layer_norm_epsilon").orElse(1e-5),
        config.bool("scale_attn_weights").orElse(true),
        config.bool("scale_attn_by_inverse_layer_idx").orElse(false),
        config.bool("tie_word_embeddings").orElse(true));
  }

  Dimensions dimensions() {
    return new Dimensions(hiddenSize, layers, vocabularySize, positions);
  }

  Attention.Heads attention(int layer) {
    int dim = hiddenSize / heads;
    double scale = scaled ? 1 / Math.sqrt(dim) : 1;
    return new Attention.Heads(heads, dim, 0, scaledByLayer ? scale / (layer + 1) : scale);
  }
}
