package org.knnlm.embedder.config;

import io.grpc.Channel;
import io.quarkus.grpc.GrpcClient;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.embedder.grpc.RemoteLanguageModel;
import org.knnlm.embedder.model.LanguageModel;

/** The language model that lm-service runs. */
final class LanguageModelProducer {
  @Produces
  @Singleton
  LanguageModel model(
      @GrpcClient("lm") Channel channel,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.host") String host,
      @ConfigProperty(name = "quarkus.grpc.clients.lm.port") int port) {
    return new RemoteLanguageModel(channel, host + ":" + port);
  }
}
