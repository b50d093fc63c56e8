package org.knnlm.lm.transformer;

import org.knnlm.lm.model.JsonFile;
import org.knnlm.lm.safetensors.Checkpoint;

/** A family of models that share config fields, weight names and layers. */
public interface Architecture {
  /** {@code model_type} of config.json. */
  String modelType();

  /** {@code architectures} of config.json: the class with the language model's head. */
  String className();

  /**
   * Loads a model on the calling thread.
   *
   * @param torch closed with the model
   * @throws org.knnlm.lm.model.ModelException when config or weights do not make a model
   */
  Transformer load(JsonFile config, Checkpoint checkpoint, Torch torch);
}
