package org.knnlm.index.telemetry;

import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.knnlm.index.catalog.Catalog;

/** Ready as long as the folder of the datastores can be read. */
@Readiness
@Singleton
final class DatastoresReadiness implements HealthCheck {
  private final Catalog catalog;

  DatastoresReadiness(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public HealthCheckResponse call() {
    Path root = catalog.root();
    return HealthCheckResponse.named("datastores")
        .status(Files.isDirectory(root) && Files.isReadable(root))
        .withData("folder", root.toString())
        .build();
  }
}
