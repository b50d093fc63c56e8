package org.knnlm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The repository, and the outputs of the reference implementation beside it. */
final class Shared {
  static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Path SHARED = ROOT.resolveSibling("shared");

  private Shared() {}

  /** A file of the goldens; skips the test where they are not. */
  static Path golden(String name) {
    assumeTrue(Files.isDirectory(SHARED), "skipped: no reference outputs at ../shared");
    return SHARED.resolve("goldens").resolve(name);
  }

  /** A file of the evaluation data; skips the test where they are not. */
  static Path data(String name) {
    golden("");
    return SHARED.resolve("data").resolve(name);
  }

  /** The real 135M model, made once in the cache folder. */
  static Path smolLm2() throws IOException, InterruptedException {
    golden("");
    String cache = System.getenv("KNNLM_CACHE");
    Path model =
        (cache == null ? Path.of(System.getProperty("user.home"), ".cache/knnlm") : Path.of(cache))
            .resolve("smollm2-135m");
    Process made =
        new ProcessBuilder(
                "python3", SHARED.resolve("tools/smollm2.py").toString(), model.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).as("exit code of smollm2.py").isZero();
    return model;
  }
}
