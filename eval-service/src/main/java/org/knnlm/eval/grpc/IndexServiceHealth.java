package org.knnlm.eval.grpc;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthGrpc.HealthBlockingStub;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.knnlm.grpc.Clients;

/** Whether index-service answers; runs without retrieval do not need it. */
@ApplicationScoped
public class IndexServiceHealth {
  private static final int TIMEOUT_SECONDS = 5;

  private final HealthBlockingStub stub;

  IndexServiceHealth(@GrpcClient("index") Channel channel) {
    this.stub = HealthGrpc.newBlockingStub(channel);
  }

  /** Why it does not serve; empty when it does. */
  public Optional<String> problem() {
    try {
      ServingStatus status =
          Clients.connecting(stub)
              .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus();
      return status == ServingStatus.SERVING
          ? Optional.empty()
          : Optional.of("index-service says %s".formatted(status));
    } catch (StatusRuntimeException e) {
      return Optional.of("index-service does not answer: %s".formatted(e.getStatus().getCode()));
    }
  }
}
