package org.knnlm.lm.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.model.JsonFile;

/** The tokens of a tokenizer.json, added ones included. */
final class Vocabulary {
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * Reads the tokens.
   *
   * @throws InvalidModelException when the file has no vocabulary
   */
  Vocabulary(JsonFile tokenizer) {
    JsonFile model = tokenizer.object("model").orElseThrow(() -> tokenizer.missing("model"));
    JsonElement vocab = model.find("vocab").orElseThrow(() -> model.missing("vocab"));
    try {
      if (vocab instanceof JsonObject byToken) {
        byToken.asMap().forEach((token, id) -> ids.put(token, id.getAsInt()));
      } else if (vocab instanceof JsonArray inOrder) {
        for (int id = 0; id < inOrder.size(); id++) {
          ids.put(inOrder.get(id).getAsJsonArray().get(0).getAsString(), id);
        }
      }
      if (tokenizer.find("added_tokens").orElse(null) instanceof JsonArray added) {
        for (JsonElement token : added) {
          JsonObject fields = token.getAsJsonObject();
          ids.put(fields.get("content").getAsString(), fields.get("id").getAsInt());
        }
      }
    } catch (RuntimeException e) {
      throw new InvalidModelException(
          tokenizer.file() + " has a malformed vocabulary: " + e.getMessage(), e);
    }
    if (ids.isEmpty()) {
      throw new InvalidModelException(tokenizer.file() + " has an empty vocabulary");
    }
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token of the greatest id. */
  Map.Entry<String, Integer> last() {
    return ids.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
  }
}
