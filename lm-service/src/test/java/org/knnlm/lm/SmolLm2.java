package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The real model of the goldens, made once and kept. */
final class SmolLm2 {
  private SmolLm2() {}

  /** The shared folder beside the repository; skips the test where there is none. */
  static Path shared() {
    Path shared = Path.of(System.getProperty("knnlm.root")).resolveSibling("shared");
    assumeTrue(Files.isDirectory(shared), "the shared goldens are not beside the repository");
    return shared;
  }

  static Path golden(String name) {
    return shared().resolve("goldens").resolve(name);
  }

  /** The model's directory. */
  static Path directory() {
    Path directory = Fixtures.cache().resolve("smollm2-135m");
    if (!Files.exists(directory.resolve("model.safetensors"))) {
      make(directory);
    }
    return directory;
  }

  private static void make(Path directory) {
    try {
      Process tool =
          new ProcessBuilder(
                  "python3",
                  shared().resolve("tools").resolve("smollm2.py").toString(),
                  directory.toString())
              .inheritIO()
              .start();
      assertThat(tool.waitFor()).as("smollm2.py").isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
