package org.knnlm.eval.grpc;

import io.grpc.Channel;
import io.quarkus.grpc.GrpcClient;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.knnlm.grpc.Serving;

/** Whether index-service answers; runs without retrieval do not need it. */
@Singleton
public final class IndexServiceHealth {
  private final Channel channel;

  IndexServiceHealth(@GrpcClient("index") Channel channel) {
    this.channel = channel;
  }

  /** Why it does not serve; empty when it does. */
  public Optional<String> problem() {
    return Serving.problem("index-service", channel);
  }
}
