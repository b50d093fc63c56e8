package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.Predecessor;
import org.knnlm.embedder.model.ModelInfo;

/** What a datastore must be so that further documents can be appended to it. */
public final class Appending {
  private Appending() {}

  /**
   * The datastore that is appended to.
   *
   * @param root folder of the datastores
   * @param info the model that will compute the new keys
   * @param key which of its hidden states they will be
   * @throws EmbeddingException.WrongBase when there is none, or its keys are of another kind
   * @throws org.knnlm.datastore.DatastoreException when it cannot be used
   */
  public static Predecessor to(Path root, DatastoreName name, ModelInfo info, KeyType key)
      throws IOException {
    if (!Files.isDirectory(name.in(root))) {
      throw new EmbeddingException.WrongBase("no datastore is called %s".formatted(name));
    }
    Predecessor predecessor = Predecessor.open(root, name);
    Origin its = predecessor.manifest().origin();
    Optional<String> difference =
        predecessor.manifest().dimension() == info.hiddenSize()
            ? origin(info, key, its.corpus()).difference(its)
            : Optional.of(
                "dimension is %d, wanted is %d"
                    .formatted(predecessor.manifest().dimension(), info.hiddenSize()));
    if (difference.isPresent()) {
      throw new EmbeddingException.WrongBase(
          "%s cannot be appended to: its %s".formatted(name, difference.get()));
    }
    return predecessor;
  }

  /** Where the keys of a corpus come from. */
  static Origin origin(ModelInfo info, KeyType key, Origin.Corpus corpus) {
    Windowing windowing = Windowing.of(info.maxSequenceLength());
    return new Origin(
        new Origin.Model(info.id(), info.type(), info.sha256(), info.tokenizerSha256()),
        key,
        corpus,
        windowing.blockSize(),
        windowing.stride());
  }

  /**
   * Requires that what was appended to is still there.
   *
   * @throws EmbeddingException.WrongBase when it is another datastore by now
   * @throws org.knnlm.datastore.DatastoreException when it cannot be used
   */
  static void requireUnchanged(Path root, List<Base> bases) throws IOException {
    if (bases.isEmpty()) {
      return;
    }
    var name = new DatastoreName(bases.getLast().datastore());
    if (!Predecessor.open(root, name).bases().equals(bases)) {
      throw new EmbeddingException.WrongBase(
          "%s is another datastore than when it was first appended to".formatted(name));
    }
  }
}
