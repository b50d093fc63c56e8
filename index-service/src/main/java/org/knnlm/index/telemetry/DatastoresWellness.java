package org.knnlm.index.telemetry;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.knnlm.index.catalog.Catalog;

/** Well when every datastore that was asked for could be opened; says why others could not. */
@Wellness
@Singleton
final class DatastoresWellness implements HealthCheck {
  private final Catalog catalog;

  DatastoresWellness(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public HealthCheckResponse call() {
    var failures = catalog.failures();
    var response =
        HealthCheckResponse.named("open datastores")
            .status(failures.isEmpty())
            .withData("open", catalog.loaded().datastores());
    failures.forEach((name, problem) -> response.withData(name.value(), problem));
    return response.build();
  }
}
