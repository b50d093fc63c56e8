package org.knnlm.corpus;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the reference computed, beside the repository. */
final class Goldens {
  private Goldens() {}

  static Path file(String name) {
    Path file =
        Path.of(System.getProperty("knnlm.root")).resolveSibling("shared/goldens").resolve(name);
    assumeTrue(Files.exists(file), "no goldens: " + file + " is absent");
    return file;
  }

  static JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(file(name).toFile());
  }
}
