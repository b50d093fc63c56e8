package org.knnlm.datastore;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the keys come from.
 *
 * @param model the model that computed them
 * @param key which of its hidden states they are
 * @param corpus the text that it read
 * @param blockSize tokens in the longest window
 * @param stride tokens between the ends of windows
 */
public record Origin(Model model, KeyType key, Corpus corpus, int blockSize, int stride) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public Origin {
    if (stride < 1 || blockSize <= stride) {
      throw new IllegalArgumentException(
          "stride %d does not lie between 1 and block size %d".formatted(stride, blockSize));
    }
  }

  /**
   * The field in which another origin's keys are of another kind, and so cannot be searched
   * together with these; empty when the two differ in their corpus at most.
   */
  public Optional<String> difference(Origin other) {
    return Stream.of(
            difference("model sha256", other.model.sha256, model.sha256),
            difference("tokenizerSha256", other.model.tokenizerSha256, model.tokenizerSha256),
            difference("key", other.key, key),
            difference("blockSize", other.blockSize, blockSize),
            difference("stride", other.stride, stride))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> difference(String field, Object found, Object wanted) {
    return found.equals(wanted)
        ? Optional.empty()
        : Optional.of("%s is %s, wanted is %s".formatted(field, found, wanted));
  }

  /**
   * A model and its tokenizer.
   *
   * @param id name of the model
   * @param type its architecture, {@code llama} for example
   * @param sha256 digest of its configuration and weights, lower-case hexadecimal
   * @param tokenizerSha256 digest of its tokenizer
   */
  public record Model(String id, String type, String sha256, String tokenizerSha256) {
    public Model {
      requireSha256("sha256", sha256);
      requireSha256("tokenizerSha256", tokenizerSha256);
    }
  }

  /**
   * A corpus file.
   *
   * @param path as it was named when the datastore was made
   * @param sha256 digest of the file, lower-case hexadecimal
   * @param documents documents in it, blank ones not counted
   * @param tokens tokens of these documents, before batches are cut to whole blocks
   */
  public record Corpus(String path, String sha256, long documents, long tokens) {
    public Corpus {
      requireSha256("sha256", sha256);
      if (documents < 1 || tokens < 1) {
        throw new IllegalArgumentException(
            "%d documents with %d tokens make no corpus".formatted(documents, tokens));
      }
    }
  }

  static void requireSha256(String name, String value) {
    if (!SHA256.matcher(value).matches()) {
      throw new IllegalArgumentException("%s is \"%s\", no SHA-256".formatted(name, value));
    }
  }
}
