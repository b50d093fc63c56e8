package org.knnlm.grpc.access;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings that all services have. */
@ConfigMapping(prefix = "knnlm.security")
public interface AccessSettings {
  /** Who may call this service: lines NAME:ROLE:PASSWORD, the role being reader or runner. */
  Optional<String> accounts();

  /** A file of such lines instead. */
  Optional<Path> accountsFile();

  /** Calls of one account that are answered in a minute; all when it is not set. */
  OptionalInt callsPerMinute();

  /** What this service shows to the others: the password of an account that they know. */
  Optional<String> token();

  /** A file of it instead. */
  Optional<Path> tokenFile();
}
