package org.knnlm.lm.transformer.mistral;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.transformer.Rope;
import org.knnlm.lm.transformer.decoder.RotaryConfig;
import org.knnlm.lm.transformer.decoder.RotaryShape;

/**
 * What config.json says of a Mistral model; what it leaves out has the default of Hugging Face's
 * {@code MistralConfig}.
 *
 * @param window positions that one sees, itself included; 0 for all
 */
record MistralConfig(RotaryConfig common, int window, Rope rope) {
  private static final int DEFAULT_POSITIONS = 4096 * 32;
  private static final int DEFAULT_WINDOW = 4096;

  static MistralConfig read(JsonFile config) {
    RotaryConfig common = RotaryConfig.read(config);
    int unsaid = config.has("sliding_window") ? 0 : DEFAULT_WINDOW;
    return new MistralConfig(
        common,
        config.positiveInt("sliding_window").orElse(unsaid),
        common.rope(config, DEFAULT_POSITIONS));
  }

  RotaryShape shape() {
    return common.shape(rope, false, false, false, layer -> window);
  }
}
