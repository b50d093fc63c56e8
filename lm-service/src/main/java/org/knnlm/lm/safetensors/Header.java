package org.knnlm.lm.safetensors;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.reflect.TypeToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The JSON header of a file: where each tensor lies, checked against the size of the data. */
record Header(List<Entry> entries) {
  private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  /**
   * A tensor's place.
   *
   * @param begin offset of its first byte, counted from the end of the header
   * @param end offset after its last byte
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(String name, ElementType type, long[] shape, long begin, long end) {}

  /**
   * @param dataBytes bytes of the file after its header
   * @throws SafeTensorsException when the tensors do not tile the data exactly
   */
  static Header parse(Path file, String json, long dataBytes) {
    Map<String, JsonElement> fields;
    try {
      fields = GSON.fromJson(json, new TypeToken<>() {});
    } catch (JsonParseException e) {
      throw new SafeTensorsException(file, "the header is no JSON object: " + e.getMessage(), e);
    }
    if (fields == null) {
      throw new SafeTensorsException(file, "the header is empty");
    }
    List<Entry> entries = new ArrayList<>();
    fields.forEach(
        (name, value) -> {
          if (!name.equals("__metadata__")) {
            entries.add(entry(file, name, value));
          }
        });
    checkTiling(file, entries, dataBytes);
    return new Header(entries);
  }

  private static Entry entry(Path file, String name, JsonElement value) {
    try {
      JsonObject fields = value.getAsJsonObject();
      String dtype = fields.get("dtype").getAsString();
      ElementType type =
          ElementType.of(dtype)
              .orElseThrow(
                  () ->
                      new SafeTensorsException(
                          file, "tensor %s has the unknown dtype '%s'".formatted(name, dtype)));
      long[] shape = naturals(fields.getAsJsonArray("shape"));
      long[] offsets = naturals(fields.getAsJsonArray("data_offsets"));
      if (offsets.length != 2) {
        throw new IllegalArgumentException("data_offsets must be two numbers");
      }
      long bytes = type.bytes;
      for (long extent : shape) {
        bytes = Math.multiplyExact(bytes, extent);
      }
      if (offsets[1] - offsets[0] != bytes) {
        throw new SafeTensorsException(
            file,
            "tensor %s: data_offsets %s hold %d bytes, %s%s needs %d"
                .formatted(
                    name,
                    fields.get("data_offsets"),
                    offsets[1] - offsets[0],
                    type,
                    fields.get("shape"),
                    bytes));
      }
      return new Entry(name, type, shape, offsets[0], offsets[1]);
    } catch (IllegalStateException
        | UnsupportedOperationException
        | ClassCastException
        | NullPointerException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new SafeTensorsException(
          file, "tensor %s has a malformed entry %s".formatted(name, value), e);
    }
  }

  private static long[] naturals(JsonArray array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsBigDecimal().longValueExact();
      if (values[i] < 0) {
        throw new IllegalArgumentException("negative: " + values[i]);
      }
    }
    return values;
  }

  private static void checkTiling(Path file, List<Entry> entries, long dataBytes) {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long end = 0;
    for (Entry entry : entries) {
      if (entry.end() > dataBytes) {
        throw new SafeTensorsException(
            file,
            "tensor %s ends at byte %d of the data, but the file holds only %d: it is truncated"
                .formatted(entry.name(), entry.end(), dataBytes));
      }
      if (entry.begin() != end) {
        throw new SafeTensorsException(
            file,
            "tensor %s begins at byte %d of the data, but the one before it ends at %d: %s"
                .formatted(
                    entry.name(), entry.begin(), end, entry.begin() < end ? "overlap" : "gap"));
      }
      end = entry.end();
    }
    if (end != dataBytes) {
      throw new SafeTensorsException(
          file, "%d bytes of data belong to no tensor".formatted(dataBytes - end));
    }
  }
}
