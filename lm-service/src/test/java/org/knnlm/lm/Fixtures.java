package org.knnlm.lm;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.Precision;
import org.knnlm.lm.transformer.Torch;

/** The checkpoints and expected outputs that src/test/resources/make_checkpoints.py writes. */
public final class Fixtures {
  private Fixtures() {}

  /** Native libraries where the service unpacks them. */
  public static void configureTorch() {
    Torch.configure(cache().resolve("djl"));
  }

  /** What tests keep between builds. */
  public static Path cache() {
    String set = System.getenv("KNNLM_CACHE");
    return set == null ? Path.of(System.getProperty("user.home"), ".cache", "knnlm") : Path.of(set);
  }

  public static Path llama(String name) {
    return checkpoint("llama/" + name);
  }

  /**
   * A small checkpoint.
   *
   * @param name family and variant, "llama/gqa" for example
   */
  public static Path checkpoint(String name) {
    return Path.of("src", "test", "resources", name).toAbsolutePath();
  }

  /** Two threads, float32, room for every prompt. */
  public static ModelOptions options() {
    return options(Precision.FP32);
  }

  public static ModelOptions options(Precision precision) {
    return new ModelOptions(2, Device.CPU, precision, 64 << 20, 32 << 20);
  }

  /** A copy of a checkpoint that a test may damage. */
  public static Path copy(String name, Path into) {
    try (Stream<Path> files = Files.list(llama(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, into.resolve(file.getFileName()));
      }
      return into;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static int[][] sequences(Path checkpoint) {
    return new Gson().fromJson(text(checkpoint.resolve("expected.json")), int[][].class);
  }

  /** Row-major expected output, "logits", "ffn_input" or "ffn_output", of a sequence. */
  public static float[] expected(Path checkpoint, int sequence, String kind) {
    return floats(checkpoint.resolve("%d.%s.f32".formatted(sequence, kind)));
  }

  public static float[] floats(Path file) {
    try {
      return floats(ByteBuffer.wrap(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static float[] floats(ByteBuffer bytes) {
    FloatBuffer buffer = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  public static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Largest absolute difference of arrays of the same length; NaN when there is one. */
  public static double largestDifference(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      throw new AssertionError(actual.length + " values, expected " + expected.length);
    }
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
    }
    return largest;
  }

  /** Makes the last number of a checkpoint, of its final norm, NaN. */
  public static void putNanAtTheEnd(Path checkpoint) {
    try (var bytes = new RandomAccessFile(checkpoint.resolve("model.safetensors").toFile(), "rw")) {
      bytes.seek(bytes.length() - 4);
      bytes.writeInt(Integer.reverseBytes(Float.floatToRawIntBits(Float.NaN)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces the first occurrence in a file; it must be there. */
  public static void replace(Path file, String from, String to) {
    String text = text(file);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(file + " has no " + from);
    }
    try {
      Files.writeString(file, text.replace(from, to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
