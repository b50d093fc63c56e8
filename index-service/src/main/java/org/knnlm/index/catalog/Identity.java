package org.knnlm.index.catalog;

import java.util.Optional;
import java.util.OptionalInt;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;

/**
 * Which model a datastore belongs to.
 *
 * @param modelSha256 identity of the model that computed the keys; empty when nobody knows
 * @param key which of its hidden states they are; empty when nobody knows
 * @param largestToken greatest token id among the values; empty when the model's vocabulary has
 *     been checked
 */
public record Identity(
    Optional<String> modelSha256, Optional<KeyType> key, OptionalInt largestToken) {
  /**
   * What the manifest says, or else the settings; then all values are read.
   *
   * @throws ImportException when manifest and settings differ
   * @throws org.knnlm.datastore.DatastoreException when a value is no token id
   */
  static Identity of(String name, Datastore datastore, Import settings) {
    Optional<Origin> origin = datastore.manifest().map(DatastoreManifest::origin);
    if (origin.isEmpty()) {
      return new Identity(
          settings.modelSha256(), settings.key(), OptionalInt.of(datastore.largestValue()));
    }
    String sha256 = origin.get().model().sha256();
    requireSame(name, "model-sha256", settings.modelSha256(), sha256);
    requireSame(name, "key", settings.key(), origin.get().key());
    return new Identity(Optional.of(sha256), Optional.of(origin.get().key()), OptionalInt.empty());
  }

  private static <T> void requireSame(String name, String what, Optional<T> said, T written) {
    if (said.isPresent() && !said.get().equals(written)) {
      throw new ImportException(
          name, "%s is %s, its manifest says %s".formatted(what, said.get(), written));
    }
  }
}
