package org.knnlm.index.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.knnlm.datastore.KeyType;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface IndexConfig {
  /** Folder whose sub-folders are datastores. */
  Path datastores();

  /** What is said of datastores that came without a manifest, by their names. */
  Map<String, Prebuilt> datastore();

  /** Search. */
  Search search();

  /** A datastore that somebody else made. */
  interface Prebuilt {
    /** Where it lies; left out for its folder among the datastores. */
    Optional<Path> path();

    /** What lm-service calls model_sha256; left out, only the length of keys is checked. */
    Optional<String> modelSha256();

    /** Which hidden state the keys are: last_ffn_input or last_ffn_output. */
    Optional<KeyType> key();
  }

  /** How searches run. */
  interface Search {
    /** Threads of one search; all processors when not given. */
    OptionalInt threads();

    /** Most neighbours of one query. */
    @WithDefault("16384")
    int maxK();
  }
}
