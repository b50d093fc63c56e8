package org.knnlm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetTest {
  /** The table of the study: downstream k, lambda, T, then perplexity k, lambda, T. */
  @ParameterizedTest
  @CsvSource({
    "llama-2-7b/wiki, 2048, 0.2, 5, 2048, 0.2, 5",
    "llama-2-7b/math, 1600, 0.2, 3, 2048, 0.1, 5",
    "llama-3-8b/wiki, 2048, 0.1, 5, 2048, 0.1, 5",
    "llama-3-8b/math, 2048, 0.1, 3, 2048, 0.1, 3",
    "mistral-7b/wiki, 2048, 0.1, 10, 2048, 0.1, 10",
    "mistral-7b/math, 2048, 0.1, 10, 2048, 0.1, 10"
  })
  void constantsAreThePublishedOnes(
      String name, int k, float lambda, float t, int kPpl, float lambdaPpl, float tPpl) {
    var downstream = new Preset(k, lambda, t);
    var perplexity = new Preset(kPpl, lambdaPpl, tPpl);
    assertThat(Preset.find(name, Preset.Use.DOWNSTREAM)).contains(downstream);
    assertThat(Preset.find(name, Preset.Use.PERPLEXITY)).contains(perplexity);
    for (Preset.Use use : Preset.Use.values()) {
      assertThat(Preset.find(name + "/downstream", use)).contains(downstream);
      assertThat(Preset.find(name + "/perplexity", use)).contains(perplexity);
    }
  }

  @Test
  void thereAreNoOthers() {
    assertThat(Preset.names()).hasSize(12).contains("llama-2-7b/math/downstream");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "llama-2-7b", "llama-2-7b/wiki/", "Llama-2-7b/wiki", "gpt2/wiki"})
  void anUnknownNameHasNone(String name) {
    assertThat(Preset.find(name, Preset.Use.PERPLEXITY)).isEmpty();
  }
}
