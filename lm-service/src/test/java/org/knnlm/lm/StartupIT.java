package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service does when its settings name no model that it can serve: it says so and ends. */
class StartupIT {
  @TempDir Path folder;

  private static void assertRefusal(Map<String, String> settings, String sentence) {
    ServiceProcess.Exit exit = ServiceProcess.refuse(settings);
    assertThat(exit.code()).isEqualTo(1);
    assertThat(exit.output())
        .contains("lm-service does not start: " + sentence)
        .doesNotContain("\tat ");
  }

  @Test
  void withoutAModel() {
    assertRefusal(
        Map.of(),
        "knnlm.model.path is not set: it must name the Hugging Face directory of a model");
  }

  @Test
  void aDirectoryThatIsNotThere() {
    Path nowhere = folder.resolve("nowhere");
    assertRefusal(Map.of("knnlm.model.path", nowhere.toString()), nowhere + " is not a directory");
  }

  @Test
  void anUnsupportedRopeType() {
    Fixtures.copy("linear-rope", folder);
    Path config = folder.resolve("config.json");
    Fixtures.replace(config, "\"linear\"", "\"yarn\"");
    assertRefusal(
        Map.of("knnlm.model.path", folder.toString()),
        config
            + ": rope type 'yarn' is not supported; supported are default, linear, dynamic, llama3");
  }

  @Test
  void aTruncatedShard() throws IOException {
    Fixtures.copy("sharded", folder);
    Path shard = folder.resolve("model-00002-of-00003.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertRefusal(Map.of("knnlm.model.path", folder.toString()), shard + ": tensor ");
  }

  @Test
  void aTokenizerOfAnotherModel() {
    Fixtures.copy("gqa", folder);
    Fixtures.replace(folder.resolve("tokenizer.json"), "\"w95\": 95", "\"w95\": 96");
    assertRefusal(
        Map.of("knnlm.model.path", folder.toString()),
        folder.resolve("tokenizer.json")
            + " gives 'w95' the id 96, but config.json says vocab_size 96");
  }

  @Test
  void aDeviceThatIsNotThere() {
    assertRefusal(
        Map.of("knnlm.model.path", Fixtures.llama("gqa").toString(), "knnlm.model.device", "cuda"),
        "knnlm.model.device is cuda, but PyTorch finds no GPU");
  }

  @Test
  void aPrecisionThatTheDeviceLacks() {
    assertRefusal(
        Map.of(
            "knnlm.model.path",
            Fixtures.llama("gqa").toString(),
            "knnlm.model.device",
            "cpu",
            "knnlm.model.precision",
            "fp16"),
        "knnlm.model.precision is fp16, but the CPU computes with fp32 and bf16 only");
  }

  @Test
  void noThreads() {
    assertRefusal(
        Map.of("knnlm.model.path", Fixtures.llama("gqa").toString(), "knnlm.model.threads", "0"),
        "knnlm.model.threads is 0, but must be at least 1");
  }
}
