package org.knnlm.eval;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.knnlm.eval.postgres.EmbeddedPostgres;

/** The embedded PostgreSQL for tests inside Quarkus, and an lm-service that is not there. */
public class TestDatabase implements QuarkusTestResourceLifecycleManager {
  private Path folder;
  private EmbeddedPostgres postgres;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("eval-service");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    postgres = EmbeddedPostgres.start(folder.resolve("postgres"), OptionalInt.empty());
    return Map.ofEntries(
        // Surefire sets knnlm.root for the tests; a service would refuse it as no setting of its
        // own.
        Map.entry("smallrye.config.mapping.validate-unknown", "false"),
        Map.entry("quarkus.datasource.jdbc.url", postgres.jdbcUrl()),
        Map.entry("quarkus.datasource.username", postgres.user()),
        Map.entry("quarkus.datasource.password", postgres.password()),
        Map.entry("quarkus.grpc.clients.lm.test-port", "1"),
        Map.entry("quarkus.grpc.clients.index.test-port", "1"),
        Map.entry("knnlm.lm.patience", "1s"),
        Map.entry("knnlm.texts", folder.toString()),
        Map.entry("knnlm.data", folder.resolve("data").toString()),
        // Tests claim examples themselves.
        Map.entry("knnlm.workers", "0"));
  }

  @Override
  public void stop() {
    postgres.close();
    try (Stream<Path> content = Files.walk(folder)) {
      List<Path> deepestFirst = content.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
