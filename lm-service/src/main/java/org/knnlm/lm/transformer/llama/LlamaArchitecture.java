package org.knnlm.lm.transformer.llama;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.Architecture;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.decoder.RotaryDecoder;

/** Hugging Face's {@code LlamaForCausalLM}. */
public final class LlamaArchitecture implements Architecture {
  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public String className() {
    return "LlamaForCausalLM";
  }

  @Override
  public Transformer load(JsonFile json, Checkpoint checkpoint, Torch torch) {
    return RotaryDecoder.load(
        LlamaConfig.read(json).shape(), new WeightLoader(checkpoint, torch), torch);
  }
}
