package org.knnlm.index.catalog;

import java.util.Optional;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.index.shard.IndexManifest;

/**
 * A datastore that a catalog sees.
 *
 * @param problem why it cannot be used; empty unless FAILED
 * @param contents what its files say; empty when they cannot be read
 */
public record Listed(
    DatastoreName name, State state, Optional<String> problem, Optional<Contents> contents) {
  /** Whether it answers. */
  public enum State {
    /** Open. */
    LOADED,
    /** Being opened. */
    LOADING,
    /** Will be opened when it is first asked for. */
    UNLOADED,
    /** Cannot be used. */
    FAILED
  }

  /**
   * What the files say.
   *
   * @param keys number of keys
   * @param dimension length of a key
   * @param modelType type of the model whose hidden states they are
   * @param modelSha256 identity of that model; empty when nobody knows
   * @param key which of its hidden states; empty when nobody knows
   * @param index empty when there is none, or while it is not loaded and has no manifest
   */
  public record Contents(
      long keys,
      int dimension,
      String modelType,
      Optional<String> modelSha256,
      Optional<KeyType> key,
      Optional<IndexManifest> index) {
    static Contents of(Datastore datastore, Import settings, Optional<IndexManifest> index) {
      var origin = datastore.manifest().map(manifest -> manifest.origin());
      return new Contents(
          datastore.size(),
          datastore.dimension(),
          datastore.files().modelType(),
          origin.map(of -> of.model().sha256()).or(settings::modelSha256),
          origin.map(of -> of.key()).or(settings::key),
          index);
    }
  }
}
