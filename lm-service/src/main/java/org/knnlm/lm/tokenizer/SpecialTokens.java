package org.knnlm.lm.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.knnlm.lm.model.JsonFile;

/**
 * Where sequences begin and end.
 *
 * @param bos id of the beginning-of-sequence token
 * @param eos id of the end-of-sequence token
 */
public record SpecialTokens(OptionalInt bos, OptionalInt eos) {
  /** Tokens as tokenizer_config.json names them; none without that file. */
  static SpecialTokens read(Path tokenizerConfig, Vocabulary vocabulary) {
    if (!Files.exists(tokenizerConfig)) {
      return new SpecialTokens(OptionalInt.empty(), OptionalInt.empty());
    }
    JsonFile config = JsonFile.read(tokenizerConfig);
    return new SpecialTokens(
        id(config, "bos_token", vocabulary), id(config, "eos_token", vocabulary));
  }

  private static OptionalInt id(JsonFile config, String field, Vocabulary vocabulary) {
    return config
        .find(field)
        .flatMap(SpecialTokens::content)
        .map(vocabulary::id)
        .orElse(OptionalInt.empty());
  }

  /** The token's text; older files wrap it in an object. */
  private static Optional<String> content(JsonElement token) {
    JsonElement text = token instanceof JsonObject object ? object.get("content") : token;
    return text instanceof JsonPrimitive ? Optional.of(text.getAsString()) : Optional.empty();
  }
}
