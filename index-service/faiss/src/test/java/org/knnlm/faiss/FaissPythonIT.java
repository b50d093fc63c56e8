package org.knnlm.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files go both ways between this library and Python's faiss of the same version. */
class FaissPythonIT {
  private static final String VERSION = "1.12.0";
  private static final Path VENV = Path.of("target", "python-faiss-" + VERSION).toAbsolutePath();
  private static final Path SCRIPT = Path.of("src", "test", "python", "exchange.py");
  private static final int D = 32;
  private static final int K = 20;
  private static final int NPROBE = 4;
  private static final float[] KEYS = Vectors.clustered(11, 5000, D);
  private static final float[] QUERIES = Arrays.copyOf(KEYS, 200 * D);

  @TempDir private Path directory;

  @BeforeAll
  static void installFaiss() throws Exception {
    if (Files.exists(VENV.resolve("installed"))) {
      return;
    }
    try {
      run("python3", "-m", "venv", VENV.toString());
      run(VENV.resolve("bin/pip").toString(), "install", "-q", "faiss-cpu==" + VERSION, "numpy");
    } catch (IOException e) {
      assumeTrue(false, "Python's faiss cannot be had: " + e.getMessage());
    }
    Files.createFile(VENV.resolve("installed"));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + "\n" + output);
    }
  }

  private void python(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(VENV.resolve("bin/python").toString()));
    command.add(SCRIPT.toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    run(command.toArray(String[]::new));
  }

  private Path file(String name, float[] values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Files.write(directory.resolve(name), bytes.array());
  }

  private ByteBuffer bytes(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static FaissIndex empty(String description) {
    return description.equals("ivfpq")
        ? FaissIndex.ivfpq(D, 16, 16, 4)
        : FaissIndex.factory(D, description);
  }

  private void assertPythonFindsTheSame(FaissIndex index, Path file) throws Exception {
    Path ids = directory.resolve("ids");
    Path distances = directory.resolve("distances");
    Path again = directory.resolve("again");
    python("read", file, file("queries", QUERIES), K, NPROBE, ids, distances, again);

    Neighbours ours = Neighbours.of(index, QUERIES, K, NPROBE);
    long[] theirIds = new long[ours.ids().length];
    bytes(ids).asLongBuffer().get(theirIds);
    float[] theirDistances = new float[theirIds.length];
    bytes(distances).asFloatBuffer().get(theirDistances);
    int swapped = 0;
    // squared norms here are near 600: their BLAS and ours round differences of them otherwise
    for (int i = 0; i < theirIds.length; i++) {
      assertThat(ours.distances()[i]).isEqualTo(theirDistances[i], within(1e-3f));
      swapped += ours.ids()[i] == theirIds[i] ? 0 : 1;
    }
    assertThat(swapped).isLessThan(theirIds.length / 100);
    assertThat(Files.mismatch(file, again)).as("first byte that differs").isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ivfpq",
        "Flat",
        "IVF16,Flat",
        "IVF16,SQ8",
        "IVF16,PQ16x4fs",
        "PCA16,IVF16,PQ8x4np,RFlat"
      })
  void pythonReadsWhatWeWrite(String description) throws Exception {
    Path file = directory.resolve("ours");
    try (FaissIndex index = empty(description)) {
      index.threads(1);
      index.train(KEYS);
      index.add(KEYS);
      index.write(file);
      assertPythonFindsTheSame(index, file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"IVF16,PQ16x4np", "IVF16,PQ16x4fs", "IVF16,SQfp16"})
  void weReadWhatPythonWrites(String description) throws Exception {
    Path theirs = directory.resolve("theirs");
    python("make", description, D, file("keys", KEYS), theirs);
    for (ReadMode mode : ReadMode.values()) {
      try (FaissIndex index = FaissIndex.read(theirs, mode)) {
        assertPythonFindsTheSame(index, theirs);
      }
    }
    Path ours = directory.resolve("ours");
    try (FaissIndex index = FaissIndex.read(theirs, ReadMode.MEMORY)) {
      index.write(ours);
    }
    assertThat(Files.mismatch(theirs, ours)).as("first byte that differs").isEqualTo(-1);
  }
}
