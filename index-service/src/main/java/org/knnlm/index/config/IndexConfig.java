package org.knnlm.index.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    /** Where index files are searched. */
    @WithDefault("auto")
    DeviceChoice device();

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

  /** How instances share the files of an index. */
  Cluster cluster();

  /** How instances share the files of an index. */
  interface Cluster {
    /** Number of this instance, from 0: it holds the files i for which i mod instances is it. */
    @WithDefault("0")
    int instance();

    /** Number of instances that share the files; 1 holds all. */
    @WithDefault("1")
    int instances();

    /**
     * Other instances, host:port each. A name with several addresses, such as that of a headless
     * service, is an instance each.
     */
    Optional<List<String>> peers();

    /** How long a peer may take for one answer. */
    @WithDefault("30s")
    Duration timeout();

    /** TLS of calls to peers; plain text when nothing is set. */
    Tls tls();
  }

  /** PEM files. */
  interface Tls {
    /** Certificates of those who sign the peers' certificates. */
    Optional<Path> trust();

    /** The certificate that this instance shows. */
    Optional<Path> certificate();

    /** Its key. */
    Optional<Path> key();
  }
}
