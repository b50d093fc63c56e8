package org.knnlm.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sizes of the presets follow from the numbers of keys that the study published. */
class PresetsTest {
  private static final Map<String, Long> KEYS =
      Map.of(
          "llama-2-7b-wiki", 609_687_689L,
          "llama-2-7b-math", 201_842_684L,
          "llama-3-8b-wiki", 513_504_393L,
          "llama-3-8b-math", 187_174_908L,
          "mistral-7b-wiki", 587_870_345L,
          "mistral-7b-math", 201_201_660L);

  private static final long GIB = 1L << 30;

  /** A key of 4,096 numbers in float16, its token; a code of 64 bytes and its id in the index. */
  private static final long STORED = 2 * 4096 + 4;

  private static final long INDEXED = 64 + 8;

  private static final long KEYS_PER_FILE = 160_000_000;

  static Stream<Path> presets() {
    return Chart.presets().stream();
  }

  private static String name(Path preset) {
    return preset.getFileName().toString().replaceAll("values-|\\.yaml", "");
  }

  @Test
  void thereIsOneForEachDatastoreOfTheStudy() {
    assertThat(Chart.presets().stream().map(PresetsTest::name))
        .containsExactlyInAnyOrderElementsOf(KEYS.keySet());
  }

  @ParameterizedTest
  @MethodSource("presets")
  void volumesHoldTheDatastore(Path preset) throws IOException {
    long needed = KEYS.get(name(preset)) * (STORED + INDEXED);

    assertThat(bytes(Chart.values(preset).at("/global/datastores/size")))
        .isBetween(needed + needed / 20, needed + needed / 5);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void podsHoldTheirIndexFiles(Path preset) throws IOException {
    JsonNode index = Chart.values(preset).path("index-service");
    long keys = KEYS.get(name(preset));
    long files = (keys + KEYS_PER_FILE - 1) / KEYS_PER_FILE;
    long shards = index.path("shards").asLong();
    long filesOfPod = (files + shards - 1) / shards;
    long held = Math.min(keys, filesOfPod * KEYS_PER_FILE) * INDEXED;

    assertThat(bytes(index.at("/resources/memory"))).isBetween(held + 4 * GIB, held + 14 * GIB);
    // the GPU of the comment beside it, less what searches need there
    assertThat(held).isLessThan(37 * GIB - 2 * GIB);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void runsUseThePublishedConstants(Path preset) throws IOException {
    JsonNode values = Chart.values(preset);
    String model = name(preset).replaceAll("-(wiki|math)$", "");
    String datastore = name(preset).substring(model.length() + 1);

    assertThat(values.at("/lm-service/model/id").asText()).isEqualTo(model);
    assertThat(values.at("/run/model").asText()).isEqualTo(model);
    assertThat(values.at("/run/settings"))
        .map(JsonNode::asText)
        .isEqualTo(List.of("datastore=%s,preset=%s/%s".formatted(datastore, model, datastore)));
  }

  private static long bytes(JsonNode quantity) {
    assertThat(quantity.asText()).endsWith("Gi");
    return Long.parseLong(quantity.asText().replace("Gi", "")) * GIB;
  }
}
