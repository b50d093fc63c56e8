package org.knnlm.index.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface IndexConfig {
  /** Folder whose sub-folders are datastores. */
  Path datastores();

  /** Search. */
  Search search();

  /** How searches run. */
  interface Search {
    /** Threads of one search; all processors when not given. */
    OptionalInt threads();

    /** Most neighbours of one query. */
    @WithDefault("16384")
    int maxK();

    /** Queries that may wait for their turn; requests beyond are told RESOURCE_EXHAUSTED. */
    @WithDefault("16384")
    int maxQueries();

    /** Time that one call of faiss may take for requests that are alike and share it. */
    @WithDefault("50ms")
    Duration mergeTime();
  }
}
