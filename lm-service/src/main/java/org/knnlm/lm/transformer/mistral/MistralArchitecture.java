package org.knnlm.lm.transformer.mistral;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.Architecture;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.decoder.RotaryDecoder;

/** Hugging Face's {@code MistralForCausalLM}. */
public final class MistralArchitecture implements Architecture {
  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public String className() {
    return "MistralForCausalLM";
  }

  @Override
  public Transformer load(JsonFile json, Checkpoint checkpoint, Torch torch) {
    return RotaryDecoder.load(
        MistralConfig.read(json).shape(), new WeightLoader(checkpoint, torch), torch);
  }
}
