package org.knnlm.index.catalog;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.knnlm.datastore.KeyType;

/**
 * A datastore that came without a manifest, as the reference publishes them, and what somebody who
 * knows says of it. It is served where it lies; written there are only the manifest of its index
 * files and an index that is built.
 *
 * @param folder where it lies; empty for the folder of its name
 * @param modelSha256 identity of the model that computed its keys, as lm-service calls it; empty
 *     when nobody knows, and then any model with hidden states of that length may use it
 * @param key which hidden state the keys are; empty when nobody knows
 */
public record Import(Optional<Path> folder, Optional<String> modelSha256, Optional<KeyType> key) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Nothing is known. */
  static final Import NONE = new Import(Optional.empty(), Optional.empty(), Optional.empty());

  public Import {
    modelSha256.ifPresent(
        sha256 -> {
          if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                "model-sha256 is \"%s\", 64 lower-case hexadecimal digits are needed"
                    .formatted(sha256));
          }
        });
  }
}
