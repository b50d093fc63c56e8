package org.knnlm.eval;

import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.knnlm.eval.postgres.EmbeddedPostgres;
import org.knnlm.eval.postgres.EmbeddedPostgresException;
import org.knnlm.eval.security.Authentication;
import org.knnlm.grpc.access.InvalidAccountsException;

/** Starts the service, and before it a PostgreSQL server where none is configured. */
@QuarkusMain
public final class Main {
  private static final String JDBC_URL = "quarkus.datasource.jdbc.url";

  Main() {}

  public static void main(String... args) {
    Config config = ConfigProvider.getConfig();
    try {
      Authentication.check(config);
    } catch (InvalidAccountsException e) {
      System.err.println("eval-service: " + e.getMessage());
      System.exit(1);
    }
    if (config.getOptionalValue(JDBC_URL, String.class).isEmpty()) {
      try {
        startPostgres(config);
      } catch (EmbeddedPostgresException e) {
        System.err.println("eval-service: " + e.getMessage());
        System.exit(1);
      }
    }
    Quarkus.run(args);
  }

  private static void startPostgres(Config config) {
    var port = config.getOptionalValue("knnlm.database-port", Integer.class);
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(
            databaseFolder(config), port.map(OptionalInt::of).orElseGet(OptionalInt::empty));
    System.setProperty(JDBC_URL, postgres.jdbcUrl());
    System.setProperty("quarkus.datasource.username", postgres.user());
    System.setProperty("quarkus.datasource.password", postgres.password());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAfterService(postgres)));
  }

  private static void stopAfterService(EmbeddedPostgres postgres) {
    Application service = Application.currentApplication();
    if (service != null) {
      service.awaitShutdown();
    }
    postgres.close();
  }

  private static Path databaseFolder(Config config) {
    Optional<Path> setting = config.getOptionalValue("knnlm.database", Path.class);
    return setting.orElseGet(() -> UserFolders.named("postgres"));
  }
}
