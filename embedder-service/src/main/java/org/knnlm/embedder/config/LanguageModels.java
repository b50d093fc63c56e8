package org.knnlm.embedder.config;

import io.grpc.Channel;
import io.quarkus.grpc.GrpcClient;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.embedder.grpc.RemoteLanguageModel;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.Waits;

/** The language model that lm-service runs. */
@Singleton
final class LanguageModels {
  private final Channel channel;
  private final String address;
  private final Waits waits;
  private final Duration timeout;

  LanguageModels(
      @GrpcClient("lm") Channel channel,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.host") String host,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.port") int port,
      EmbedderConfig config,
      Waits waits) {
    this.channel = channel;
    this.address = host + ":" + port;
    this.timeout = config.timeout();
    this.waits = waits;
  }

  /** It, for callers who wait so long when it is away or too busy. */
  LanguageModel patientFor(Duration patience) {
    return new RemoteLanguageModel(channel, address, timeout, patience, waits);
  }
}
