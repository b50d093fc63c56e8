package org.knnlm.embedder.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface EmbedderConfig {
  /** Folder of the datastores, each in a folder of its name. Must be set; made when absent. */
  Optional<Path> datastores();

  /** Longest time that one call of lm-service may take. */
  @WithDefault("10m")
  Duration timeout();

  /** How long a job waits for lm-service when it is away or too busy. */
  @WithDefault("10m")
  Duration patience();

  /** Parts of a datastore that are written at the same time. */
  @WithDefault("2")
  int partsInFlight();

  /** Folder that corpus files are read from; nothing outside it is. */
  @WithDefault("/")
  Path corpora();
}
