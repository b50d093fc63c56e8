package org.knnlm.lm.model;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object of a JSON file, read field by field. Every error names the file and the field; a field
 * that is null counts as absent, as Hugging Face writes them.
 */
public final class JsonFile {
  private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private final Path file;
  private final String prefix;
  private final Map<String, JsonElement> fields;

  private JsonFile(Path file, String prefix, Map<String, JsonElement> fields) {
    this.file = file;
    this.prefix = prefix;
    this.fields = fields;
  }

  /**
   * Reads a file.
   *
   * @throws InvalidModelException when there is no such file or it is no JSON object
   */
  public static JsonFile read(Path file) {
    try {
      return parse(file, Files.readString(file));
    } catch (IOException e) {
      throw new InvalidModelException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * Reads a text.
   *
   * @param file what to call the text in errors
   * @throws InvalidModelException when the text is no JSON object, or names a field twice
   */
  public static JsonFile parse(Path file, String text) {
    try {
      Map<String, JsonElement> fields = GSON.fromJson(text, new TypeToken<>() {});
      if (fields == null) {
        throw new InvalidModelException(file + " is empty");
      }
      return new JsonFile(file, "", fields);
    } catch (JsonParseException e) {
      throw new InvalidModelException(file + " is not a JSON object: " + e.getMessage(), e);
    }
  }

  /** The file, for errors. */
  public Path file() {
    return file;
  }

  /** The fields as they stand. */
  public Map<String, JsonElement> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** The field, absent when it is null or not there. */
  public Optional<JsonElement> find(String name) {
    return Optional.ofNullable(fields.get(name)).filter(value -> !value.isJsonNull());
  }

  /** An object within. */
  public Optional<JsonFile> object(String name) {
    return find(name)
        .map(
            value -> {
              if (!value.isJsonObject()) {
                throw wrong(name, value, "an object");
              }
              return new JsonFile(file, prefix + name + ".", value.getAsJsonObject().asMap());
            });
  }

  /** Whether the field is there, be it null. */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /** A whole number greater than 0. */
  public Optional<Integer> positiveInt(String name) {
    return find(name).map(value -> wholeNumber(name, value, 1));
  }

  /** A whole number, 0 or greater. */
  public Optional<Integer> count(String name) {
    return find(name).map(value -> wholeNumber(name, value, 0));
  }

  private int wholeNumber(String name, JsonElement value, int least) {
    if (value instanceof JsonPrimitive number && number.isNumber()) {
      try {
        int exact = number.getAsBigDecimal().intValueExact();
        if (exact >= least) {
          return exact;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        throw wrong(name, value, "a whole number that an int holds");
      }
    }
    throw wrong(
        name, value, least == 1 ? "a whole number greater than 0" : "a whole number, 0 or greater");
  }

  /** A list of strings. */
  public Optional<List<String>> strings(String name) {
    return find(name)
        .map(
            value -> {
              if (value instanceof JsonArray list
                  && list.asList().stream()
                      .allMatch(e -> e instanceof JsonPrimitive text && text.isString())) {
                return list.asList().stream().map(JsonElement::getAsString).toList();
              }
              throw wrong(name, value, "a list of strings");
            });
  }

  /** A finite number greater than 0. */
  public Optional<Double> positiveNumber(String name) {
    return find(name)
        .map(
            value -> {
              if (value instanceof JsonPrimitive number && number.isNumber()) {
                double found = number.getAsDouble();
                if (found > 0 && Double.isFinite(found)) {
                  return found;
                }
              }
              throw wrong(name, value, "a finite number greater than 0");
            });
  }

  public Optional<String> string(String name) {
    return find(name)
        .map(
            value -> {
              if (value instanceof JsonPrimitive text && text.isString()) {
                return text.getAsString();
              }
              throw wrong(name, value, "a string");
            });
  }

  public Optional<Boolean> bool(String name) {
    return find(name)
        .map(
            value -> {
              if (value instanceof JsonPrimitive flag && flag.isBoolean()) {
                return flag.getAsBoolean();
              }
              throw wrong(name, value, "true or false");
            });
  }

  /** The error of a field that must be there. */
  public InvalidModelException missing(String name) {
    return new InvalidModelException("%s: %s is missing".formatted(file, prefix + name));
  }

  private InvalidModelException wrong(String name, JsonElement found, String needed) {
    return new InvalidModelException(
        "%s: %s is %s, but must be %s".formatted(file, prefix + name, found, needed));
  }
}
