package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.model.ModelException;
import org.knnlm.lm.safetensors.SafeTensorsException;

/** Directories that are no model which can be served. */
class ArchitecturesTest {
  @TempDir Path folder;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @BeforeEach
  void copy() {
    Fixtures.copy("gqa", folder);
  }

  private void load() {
    Architectures.load(new ModelDirectory(folder), Fixtures.options()).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      textBlock =
          """
          "model_type": "llama" | "model_type": "opt" | model_type 'opt' is not supported; supported: llama
          "LlamaForCausalLM" | "LlamaForSequenceClassification" | must be LlamaForCausalLM
          "hidden_act": "silu" | "hidden_act": "gelu" | hidden_act 'gelu' is not supported, only silu
          "rope_type": "default" | "rope_type": "yarn" | rope type 'yarn' is not supported
          "num_key_value_heads": 2 | "num_key_value_heads": 4 | num_attention_heads 6 is no multiple of num_key_value_heads 4
          "num_hidden_layers": 2 | "num_hidden_layers": 3 | tensor model.layers.2.input_layernorm.weight is missing
          "vocab_size": 96 | "vocab_size": 97 | tensor model.embed_tokens.weight has shape [96, 48], but config.json asks for [97, 48]
          "intermediate_size": 48 | "intermediate_size": 40 | tensor model.layers.0.mlp.gate_proj.weight has shape [48, 48], but config.json asks for [40, 48]
          "tie_word_embeddings": true | "tie_word_embeddings": false | tensor lm_head.weight is missing
          "attention_bias": false | "attention_bias": true | tensor model.layers.0.self_attn.q_proj.bias is missing
          "mlp_bias": false | "mlp_bias": true | tensor model.layers.0.mlp.gate_proj.bias is missing
          "hidden_size": 48, | | config.json: hidden_size is missing
          "use_cache": true | "quantization_config": {"bits": 4} | quantization_config: quantized weights are not supported
          """)
  void aConfigThatIsNotSupportedOrDoesNotFitTheWeightsIsRefused(
      String from, String to, String problem) {
    Fixtures.replace(folder.resolve("config.json"), from, to == null ? "" : to);
    assertThatThrownBy(this::load)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(problem);
  }

  @Test
  void weightsThatAreCutShortAreRefused() throws IOException {
    Path weights = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 100));
    assertThatThrownBy(this::load)
        .isInstanceOf(SafeTensorsException.class)
        .hasMessageContaining("it is truncated");
  }

  @ParameterizedTest
  @CsvSource({
    "config.json, has no config.json",
    "tokenizer.json, has no tokenizer.json",
    "model.safetensors, there is neither model.safetensors nor"
  })
  void aMissingFileIsNamed(String name, String problem) throws IOException {
    Files.delete(folder.resolve(name));
    assertThatThrownBy(this::load).isInstanceOf(ModelException.class).hasMessageContaining(problem);
  }

  @Test
  void aMissingDirectoryIsNamed() {
    assertThatThrownBy(() -> new ModelDirectory(folder.resolve("nowhere")))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("%s is not a directory", folder.resolve("nowhere"));
  }
}
