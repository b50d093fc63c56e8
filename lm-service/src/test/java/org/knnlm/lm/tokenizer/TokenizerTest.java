package org.knnlm.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.ModelDirectory;

class TokenizerTest {
  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  private static Tokenizer load(Path folder) {
    return new Tokenizer(new ModelDirectory(folder), 96);
  }

  @Test
  void encodesWithAndWithoutSpecialTokens() {
    try (Tokenizer tokenizer = load(Fixtures.llama("gqa"))) {
      List<String> texts = List.of("w3 w95  w4", "", "w7 nobody 🦙 \u0000 w8");
      assertThat(tokenizer.encode(texts, true))
          .containsExactly(new int[] {1, 3, 95, 4}, new int[] {1}, new int[] {1, 7, 0, 0, 0, 8});
      assertThat(tokenizer.encode(texts, false))
          .containsExactly(new int[] {3, 95, 4}, new int[] {}, new int[] {7, 0, 0, 0, 8});
      assertThat(tokenizer.specialTokens())
          .isEqualTo(new SpecialTokens(OptionalInt.of(1), OptionalInt.of(2)));
    }
  }

  @Test
  void neitherTruncatesNorPadsWhateverTheFileSays(@TempDir Path folder) {
    Fixtures.copy("gqa", folder);
    Path file = folder.resolve("tokenizer.json");
    Fixtures.replace(
        file,
        "\"truncation\": null",
        """
        "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
        """);
    Fixtures.replace(
        file,
        "\"padding\": null",
        """
        "padding": {"strategy": {"Fixed": 700}, "direction": "Right", "pad_to_multiple_of": null,
          "pad_id": 2, "pad_type_id": 0, "pad_token": "</s>"}
        """);
    try (Tokenizer tokenizer = load(folder)) {
      assertThat(tokenizer.encode(List.of("w3 ".repeat(600), "w4"), true))
          .extracting(ids -> ids.length)
          .containsExactly(601, 2);
    }
  }

  @Test
  void withoutATokenizerConfigThereAreNoSpecialTokens(@TempDir Path folder) throws IOException {
    Fixtures.copy("gqa", folder);
    Files.delete(folder.resolve("tokenizer_config.json"));
    try (Tokenizer tokenizer = load(folder)) {
      assertThat(tokenizer.specialTokens())
          .isEqualTo(new SpecialTokens(OptionalInt.empty(), OptionalInt.empty()));
    }
  }

  @Test
  void idsThatTheModelLacksAreRefused() {
    assertThatThrownBy(() -> new Tokenizer(new ModelDirectory(Fixtures.llama("gqa")), 95))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(
            "tokenizer.json gives 'w95' the id 95, but config.json says vocab_size 95");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      textBlock =
          """
          {} | tokenizer.json: model is missing
          {"model": {}} | tokenizer.json: model.vocab is missing
          {"model": {"vocab": {}}} | has an empty vocabulary
          {"model": {"vocab": {"a": "x"}}} | has a malformed vocabulary
          {"model": {"type": "Unheard", "vocab": {"a": 0}}} | cannot be loaded
          {"model" | is not a JSON object
          """)
  void aFileThatIsNoTokenizerIsRefused(String content, String problem, @TempDir Path folder)
      throws IOException {
    Fixtures.copy("gqa", folder);
    Files.writeString(folder.resolve("tokenizer.json"), content);
    assertThatThrownBy(() -> load(folder))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(problem);
  }
}
