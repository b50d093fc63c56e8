package org.knnlm.lm.safetensors;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes the format for tests: sound files, and files with any header. */
final class SafeTensorsWriter {
  private final Map<String, Object> header = new LinkedHashMap<>();
  private final ByteBuffer data = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

  SafeTensorsWriter add(String name, String dtype, long[] shape, byte[] bytes) {
    int begin = data.position();
    data.put(bytes);
    header.put(
        name,
        Map.of("dtype", dtype, "shape", shape, "data_offsets", new int[] {begin, data.position()}));
    return this;
  }

  SafeTensorsWriter add(String name, float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return add(name, "F32", shape, bytes.array());
  }

  Path write(Path file) {
    header.put("__metadata__", Map.of("format", "pt"));
    byte[] content = new byte[data.position()];
    data.get(0, content);
    return write(file, new Gson().toJson(header), content);
  }

  static Path write(Path file, String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(json.length).put(json).put(data);
    try {
      return Files.write(file, all.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
