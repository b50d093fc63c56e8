package org.knnlm.embedder.embedding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.datastore.WholeFile;

/** {@code plan.json} in a datastore's staging folder: there once the counting pass is over. */
final class PlanFile {
  private static final int VERSION = 2;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private record Content(int version, Plan plan) {}

  private PlanFile() {}

  private static Path in(StagingFolder staging) {
    return staging.work().resolve("plan.json");
  }

  /**
   * The plan of a folder, if there is one.
   *
   * @throws EmbeddingException.OtherPlan when it is not of this version
   */
  static Optional<Plan> read(StagingFolder staging) throws IOException {
    Path file = in(staging);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content.version == VERSION) {
        return Optional.of(content.plan);
      }
      throw new EmbeddingException.OtherPlan(
          "%s has version %d, expected %d".formatted(file, content.version, VERSION));
    } catch (JsonProcessingException e) {
      throw new EmbeddingException.OtherPlan(
          "%s is no plan of this version: %s".formatted(file, e.getOriginalMessage()));
    }
  }

  static void write(StagingFolder staging, Plan plan) throws IOException {
    WholeFile.write(in(staging), JSON.writeValueAsBytes(new Content(VERSION, plan)));
  }
}
