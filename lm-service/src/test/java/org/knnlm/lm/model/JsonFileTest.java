package org.knnlm.lm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFileTest {
  private static final Path FILE = Path.of("config.json");

  private static JsonFile parse(String text) {
    return JsonFile.parse(FILE, text);
  }

  @Test
  void readsFieldsAndTakesNullForAbsent() {
    JsonFile json =
        parse(
            """
            {"n": 3, "x": 1e-5, "s": "silu", "b": true, "o": {"n": 4}, "nothing": null}
            """);
    assertThat(json.positiveInt("n")).contains(3);
    assertThat(json.positiveNumber("x")).contains(1e-5);
    assertThat(json.string("s")).contains("silu");
    assertThat(json.bool("b")).contains(true);
    assertThat(json.object("o").orElseThrow().positiveInt("n")).contains(4);
    assertThat(json.positiveInt("nothing")).isEmpty();
    assertThat(json.object("nothing")).isEmpty();
    assertThat(json.bool("absent")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "3000000000", "\"3\"", "true", "{}"})
  void aCountMustBeAPositiveInt(String value) {
    assertThatThrownBy(() -> parse("{\"n\": %s}".formatted(value)).positiveInt("n"))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("config.json: n is " + value + ", but must be a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.5", "1e999", "\"1\"", "[]"})
  void aNumberMustBePositiveAndFinite(String value) {
    assertThatThrownBy(() -> parse("{\"x\": %s}".formatted(value)).positiveNumber("x"))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("x is " + value + ", but must be a finite number greater than 0");
  }

  @Test
  void errorsNameTheWholePath() {
    JsonFile inner = parse("{\"rope\": {\"type\": 3}}").object("rope").orElseThrow();
    assertThatThrownBy(() -> inner.string("type"))
        .hasMessage("config.json: rope.type is 3, but must be a string");
    assertThat(inner.missing("factor")).hasMessage("config.json: rope.factor is missing");
    assertThatThrownBy(() -> parse("{\"b\": 1}").bool("b"))
        .hasMessage("config.json: b is 1, but must be true or false");
    assertThatThrownBy(() -> parse("{\"o\": 1}").object("o"))
        .hasMessage("config.json: o is 1, but must be an object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1]", "{\"a\": 1", "{\"a\": 1, \"a\": 2}", "{a: 1}"})
  void whatIsNoJsonObjectIsRefused(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("config.json is ");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("config.json");
    assertThatThrownBy(() -> JsonFile.read(file))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith(file + " cannot be read");
  }
}
