package org.knnlm.embedder.config;

import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.knnlm.embedder.job.Datastores;

/** Ready as long as datastores can be written. */
@Readiness
@Singleton
final class DatastoresReadiness implements HealthCheck {
  private final Datastores datastores;

  DatastoresReadiness(Datastores datastores) {
    this.datastores = datastores;
  }

  @Override
  public HealthCheckResponse call() {
    Path root = datastores.root();
    return HealthCheckResponse.named("datastores")
        .status(Files.isWritable(root))
        .withData("folder", root.toString())
        .build();
  }
}
