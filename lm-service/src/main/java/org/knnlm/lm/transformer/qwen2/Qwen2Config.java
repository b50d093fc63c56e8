package org.knnlm.lm.transformer.qwen2;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.transformer.Rope;
import org.knnlm.lm.transformer.decoder.RotaryConfig;
import org.knnlm.lm.transformer.decoder.RotaryShape;

/**
 * What config.json says of a Qwen2 model; what it leaves out has the default of Hugging Face's
 * {@code Qwen2Config}.
 *
 * @param window positions that one sees in the layers that have a window, itself included
 * @param slides of each layer, whether it has a window
 */
record Qwen2Config(RotaryConfig common, int window, List<Boolean> slides, Rope rope) {
  private static final int DEFAULT_POSITIONS = 32_768;
  private static final int DEFAULT_WINDOW = 4096;
  private static final int DEFAULT_FULL_LAYERS = 28;
  private static final String SLIDING = "sliding_attention";
  private static final Set<String> LAYER_TYPES = Set.of(SLIDING, "full_attention");

  static Qwen2Config read(JsonFile config) {
    RotaryConfig common = RotaryConfig.read(config);
    return new Qwen2Config(
        common,
        config.positiveInt("sliding_window").orElse(DEFAULT_WINDOW),
        slides(config, common.layers()),
        common.rope(config, DEFAULT_POSITIONS));
  }

  private static List<Boolean> slides(JsonFile config, int layers) {
    if (!config.bool("use_sliding_window").orElse(false)) {
      return Collections.nCopies(layers, false);
    }
    int full = config.count("max_window_layers").orElse(DEFAULT_FULL_LAYERS);
    return config
        .strings("layer_types")
        .map(types -> slides(config, types, layers))
        .orElseGet(() -> IntStream.range(0, layers).mapToObj(layer -> layer >= full).toList());
  }

  private static List<Boolean> slides(JsonFile config, List<String> types, int layers) {
    if (types.size() != layers || !LAYER_TYPES.containsAll(types)) {
      throw new InvalidModelException(
          "%s: layer_types is %s, but must name one of %s for each of %d layers"
              .formatted(config.file(), types, LAYER_TYPES, layers));
    }
    return types.stream().map(SLIDING::equals).toList();
  }

  RotaryShape shape() {
    return common.shape(rope, true, false, false, layer -> slides.get(layer) ? window : 0);
  }
}
