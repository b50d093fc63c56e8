package org.knnlm.eval.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a user may do. */
enum Role {
  /** See runs and results. */
  READER,
  /** Start, stop and repeat runs, too. */
  RUNNER;

  /** As in accounts and tokens. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> ofKey(String key) {
    return Arrays.stream(values()).filter(role -> role.key().equals(key)).findFirst();
  }

  /** Whether somebody with these roles may send a request of a method. */
  static boolean allow(Set<String> roles, String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS" -> roles.contains(READER.key()) || roles.contains(RUNNER.key());
      default -> roles.contains(RUNNER.key());
    };
  }
}
