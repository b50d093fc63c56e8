package org.knnlm.lm;

import com.google.gson.JsonArray;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.stream.Collectors;
import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.model.UnsupportedModelException;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.Architecture;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.gpt2.Gpt2Architecture;
import org.knnlm.lm.transformer.llama.LlamaArchitecture;
import org.knnlm.lm.transformer.mistral.MistralArchitecture;
import org.knnlm.lm.transformer.qwen2.Qwen2Architecture;

/** The architectures that are implemented. */
public final class Architectures {
  private static final List<Architecture> ALL =
      List.of(
          new LlamaArchitecture(),
          new MistralArchitecture(),
          new Qwen2Architecture(),
          new Gpt2Architecture());

  private Architectures() {}

  /**
   * Loads the model of a directory on the calling thread.
   *
   * @throws org.knnlm.lm.model.ModelException when it cannot be served; says why
   */
  public static Transformer load(ModelDirectory directory, ModelOptions options) {
    JsonFile config = directory.config();
    Architecture architecture = of(config);
    try (Checkpoint checkpoint = Checkpoint.open(directory.path())) {
      Torch torch = Torch.start(options.threads(), options.device(), options.precision());
      try {
        return architecture.load(config, checkpoint, torch);
      } catch (RuntimeException e) {
        torch.close();
        throw e;
      }
    }
  }

  private static Architecture of(JsonFile config) {
    String type = config.string("model_type").orElseThrow(() -> config.missing("model_type"));
    Architecture architecture =
        ALL.stream()
            .filter(candidate -> candidate.modelType().equals(type))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        "%s: model_type '%s' is not supported; supported: %s"
                            .formatted(config.file(), type, supported())));
    if (config.find("architectures").orElse(null) instanceof JsonArray classes
        && !classes.contains(new JsonPrimitive(architecture.className()))) {
      throw new UnsupportedModelException(
          "%s: architectures %s is not supported; a %s model must be %s"
              .formatted(config.file(), classes, type, architecture.className()));
    }
    if (config.find("quantization_config").isPresent()) {
      throw new UnsupportedModelException(
          config.file() + ": quantization_config: quantized weights are not supported");
    }
    return architecture;
  }

  private static String supported() {
    return ALL.stream().map(Architecture::modelType).collect(Collectors.joining(", "));
  }
}
