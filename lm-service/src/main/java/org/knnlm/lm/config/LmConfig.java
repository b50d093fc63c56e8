package org.knnlm.lm.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.knnlm.lm.transformer.Precision;

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

    /** Where the model is; auto takes a GPU where PyTorch finds one. */
    @WithDefault("auto")
    DeviceChoice device();

    /**
     * Type of weights and matrix products: fp32 for numbers that equal the reference's, bf16 for
     * speed where the processor multiplies it; on a GPU fp16 as well.
     */
    @WithDefault("fp32")
    Precision precision();

    /** Memory for the keys and values of prompts seen before; 0 keeps none. */
    @WithDefault("512M")
    MemorySize prefixCache();

    /** Memory for the keys and values of continuations under way. */
    @WithDefault("4G")
    MemorySize generationCache();

    /** Calls that are answered at a time; those beyond are told RESOURCE_EXHAUSTED. */
    @WithDefault("256")
    int maxCalls();

    /** Threads of one tensor operation; all processors when not set. */
    OptionalInt threads();
  }
}
