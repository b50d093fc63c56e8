package org.knnlm.eval.postgres;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whom the server runs as. An ordinary user: himself. Root: nobody in a user namespace of its own,
 * where files stay root's; and where the machine refuses namespaces, the real nobody, who then owns
 * the folder.
 */
final class ServerAccount {
  private static final int ROOT = 0;
  private static final int NOBODY = 65534;

  private ServerAccount() {}

  /**
   * @param folder the server's folder, whose owner is changed where the account needs it
   */
  static Commands commandsFor(Path folder) throws IOException {
    if (new UnixSystem().getUid() != ROOT) {
      return new Commands(List.of());
    }
    if (owner(folder) == ROOT && Commands.succeeds("unshare", "--user", "true")) {
      return new Commands(List.of("unshare", "--user", "--"));
    }
    String account = "%d:%d".formatted(NOBODY, NOBODY);
    if (!Commands.succeeds("chown", "-R", account, folder.toString())) {
      throw new EmbeddedPostgresException(
          ("PostgreSQL does not run as root, this machine refuses user namespaces (unshare --user),"
                  + " and %s cannot be given to %s: start this service as an ordinary user")
              .formatted(folder, account));
    }
    if (!Commands.succeeds(asNobody("test", "-x", folder.toString()))) {
      throw new EmbeddedPostgresException(
          ("PostgreSQL does not run as root but as user %d here, who cannot reach %s: set"
                  + " knnlm.database to a folder whose parents everyone may enter")
              .formatted(NOBODY, folder));
    }
    return new Commands(List.of(asNobody()));
  }

  private static String[] asNobody(String... command) {
    return Stream.concat(
            Stream.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"),
            Stream.of(command))
        .toArray(String[]::new);
  }

  private static int owner(Path folder) throws IOException {
    return (int) Files.getAttribute(folder, "unix:uid");
  }
}
