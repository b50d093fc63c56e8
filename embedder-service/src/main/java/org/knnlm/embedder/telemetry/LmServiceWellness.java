package org.knnlm.embedder.telemetry;

import io.grpc.Channel;
import io.quarkus.grpc.GrpcClient;
import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.knnlm.grpc.Serving;

/** Well when lm-service answers; jobs wait for it. */
@Wellness
@Singleton
final class LmServiceWellness implements HealthCheck {
  private static final String NAME = "lm-service";

  private final Channel channel;
  private final String address;

  LmServiceWellness(
      @GrpcClient("lm") Channel channel,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.host") String host,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.port") int port) {
    this.channel = channel;
    this.address = host + ":" + port;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> problem = Serving.problem(NAME, channel);
    var response =
        HealthCheckResponse.named(NAME).status(problem.isEmpty()).withData("address", address);
    problem.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
