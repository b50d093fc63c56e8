package org.knnlm.lm.transformer.llama;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.transformer.Rope;
import org.knnlm.lm.transformer.decoder.RotaryConfig;
import org.knnlm.lm.transformer.decoder.RotaryShape;

/**
 * What config.json says of a Llama model; what it leaves out has the default of Hugging Face's
 * {@code LlamaConfig}.
 *
 * @param attentionBias the four projections of attention have biases
 * @param mlpBias the three projections of the MLP have biases
 */
record LlamaConfig(RotaryConfig common, boolean attentionBias, boolean mlpBias, Rope rope) {
  private static final int DEFAULT_POSITIONS = 2048;

  static LlamaConfig read(JsonFile config) {
    RotaryConfig common = RotaryConfig.read(config);
    return new LlamaConfig(
        common,
        config.bool("attention_bias").orElse(false),
        config.bool("mlp_bias").orElse(false),
        common.rope(config, DEFAULT_POSITIONS));
  }

  RotaryShape shape() {
    return common.shape(rope, attentionBias, attentionBias, mlpBias, layer -> 0);
  }
}
