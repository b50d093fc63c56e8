package org.knnlm.lm.config;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface LmConfig {
  /** The model that is served. */
  Model model();

  /**
   * Folder where the native libraries of PyTorch and of the tokenizers are unpacked once, 450 MB; a
   * DJL_CACHE_DIR in the environment wins.
   */
  Path nativeCache();

  /** The model that is served. */
  interface Model {
    /** Hugging Face directory: config.json, tokenizer.json, safetensors. Must be set. */
    Optional<Path> path();

    /** Name of the model in Info; that of the directory when not set. */
    Optional<String> id();

    /** Threads of one tensor operation; all processors when not set. */
    OptionalInt threads();
  }
}
