package org.knnlm.eval.grpc;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Well when index-service answers. */
@Wellness
@Singleton
final class IndexServiceWellness implements HealthCheck {
  private final IndexServiceHealth index;

  IndexServiceWellness(IndexServiceHealth index) {
    this.index = index;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> problem = index.problem();
    var response = HealthCheckResponse.named("index-service").status(problem.isEmpty());
    problem.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
