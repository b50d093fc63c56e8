package org.knnlm.eval;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of this service beside Quarkus' own. */
@ConfigMapping(prefix = "knnlm")
public interface Settings {
  /** Folder of evaluation texts; runs name files relative to it and cannot leave it. */
  @WithDefault("/")
  Path texts();

  /**
   * Folder of the tasks' data sets; $XDG_DATA_HOME/knnlm/data, or ~/.local/share/knnlm/data, by
   * default.
   */
  Optional<Path> data();

  /** Folder with files of further tasks; none by default. */
  Optional<Path> tasks();

  /** How many batches of examples this service has evaluated at a time. */
  @WithDefault("2")
  int workers();

  /**
   * Folder of the PostgreSQL server that this service starts when quarkus.datasource.jdbc.url is
   * not set; $XDG_DATA_HOME/knnlm/postgres, or ~/.local/share/knnlm/postgres, by default.
   */
  Optional<Path> database();

  /** TCP port of that server; a free one by default. */
  OptionalInt databasePort();

  /** How lm-service is called. */
  Lm lm();

  /** How lm-service is called. */
  interface Lm {
    /** Longest time that one call may take. */
    @WithDefault("10m")
    Duration timeout();

    /** How long a run waits for an lm-service that does not answer before it fails. */
    @WithDefault("2m")
    Duration patience();
  }
}
