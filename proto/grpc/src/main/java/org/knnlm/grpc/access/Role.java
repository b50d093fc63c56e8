package org.knnlm.grpc.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a user may do. */
public enum Role {
  /** Ask. */
  READER,
  /** Start, change and stop things, too. */
  RUNNER;

  /** As in accounts and tokens. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> ofKey(String key) {
    return Arrays.stream(values()).filter(role -> role.key().equals(key)).findFirst();
  }
}
