package org.knnlm.index.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface IndexConfig {
  /** Folder whose sub-folders are datastores. */
  Path datastores();

  /** Search. */
  Search search();

  /** Builds of indexes. */
  Build build();

  /** How indexes are built. */
  interface Build {
    /** Memory that builds may take together; all that is available when not given. */
    Optional<MemorySize> maxMemory();
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
