package org.knnlm.lm.transformer.qwen2;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.Architecture;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.decoder.RotaryDecoder;

/** Hugging Face's {@code Qwen2ForCausalLM}. */
public final class Qwen2Architecture implements Architecture {
  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public String className() {
    return "Qwen2ForCausalLM";
  }

  @Override
  public Transformer load(JsonFile json, Checkpoint checkpoint, Torch torch) {
    return RotaryDecoder.load(
        Qwen2Config.read(json).shape(), new WeightLoader(checkpoint, torch), torch);
  }
}
