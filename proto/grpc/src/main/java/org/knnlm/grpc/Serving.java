package org.knnlm.grpc;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether another service answers, by the health protocol of gRPC. */
public final class Serving {
  private static final int TIMEOUT_SECONDS = 5;

  private Serving() {}

  /**
   * Why a service does not serve; empty when it does.
   *
   * @param name for people
   * @param channel to it, without interceptors of its own
   */
  public static Optional<String> problem(String name, Channel channel) {
    try {
      ServingStatus status = Untraced.call(() -> status(channel));
      return status == ServingStatus.SERVING
          ? Optional.empty()
          : Optional.of("%s says %s".formatted(name, status));
    } catch (StatusRuntimeException e) {
      return Optional.of("%s does not answer: %s".formatted(name, e.getStatus().getCode()));
    }
  }

  private static ServingStatus status(Channel channel) {
    return Clients.connecting(HealthGrpc.newBlockingStub(channel))
        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}
