package org.knnlm.lm.transformer.gpt2;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.transformer.Architecture;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;

/** Hugging Face's {@code GPT2LMHeadModel}. */
public final class Gpt2Architecture implements Architecture {
  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String className() {
    return "GPT2LMHeadModel";
  }

  @Override
  public Transformer load(JsonFile json, Checkpoint checkpoint, Torch torch) {
    return new Gpt2Loader(Gpt2Config.read(json), new WeightLoader(checkpoint, torch)).load(torch);
  }
}
