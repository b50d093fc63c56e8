package org.knnlm.eval;

import java.nio.file.Path;
import java.util.Optional;

/** Folders of this service where no setting names them. */
final class UserFolders {
  private UserFolders() {}

  /** A folder in $XDG_DATA_HOME/knnlm, or in ~/.local/share/knnlm. */
  static Path named(String name) {
    return Optional.ofNullable(System.getenv("XDG_DATA_HOME"))
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "share"))
        .resolve("knnlm")
        .resolve(name);
  }
}
