package org.knnlm.eval.postgres;

import java.nio.file.Path;
import java.util.OptionalInt;

/** A process that starts a server, says so, and ends only when it is killed. */
public final class ServerHolder {
  private ServerHolder() {}

  public static void main(String... args) throws InterruptedException {
    try {
      var server = EmbeddedPostgres.start(Path.of(args[0]), OptionalInt.empty());
      System.out.println("started " + server.jdbcUrl() + " " + server.password());
      Thread.sleep(Long.MAX_VALUE);
    } catch (EmbeddedPostgresException e) {
      System.out.println("refused " + e.getMessage());
    }
  }
}
