package org.knnlm.embedder.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Settings of the service. */
@ConfigMapping(prefix = "knnlm")
public interface EmbedderConfig {
  /** Folder of the datastores, each in a folder of its name. Must be set; made when absent. */
  Optional<Path> datastores();

  /** Folder that corpus files are read from; nothing outside it is. */
  @WithDefault("/")
  Path corpora();
}
