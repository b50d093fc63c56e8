package org.knnlm.embedder.cli;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import org.knnlm.embedder.grpc.RemoteLanguageModel;
import org.knnlm.embedder.model.LanguageModel;
import picocli.CommandLine.Option;

/** Where lm-service is. */
final class Connection {
  private static final int MAX_MESSAGE_BYTES = 32 << 20;

  @Option(
      names = "--lm",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KNNLM_LM:-127.0.0.1:9001}",
      description = "lm-service (default: $KNNLM_LM, else 127.0.0.1:9001)")
  private String address;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "How long to wait for lm-service when it is away or too busy (default: 600)")
  private long patience;

  /** A model to work with until the connection is closed. */
  record Open(ManagedChannel channel, LanguageModel model) implements AutoCloseable {
    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  Open open() {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    return new Open(
        channel, new RemoteLanguageModel(channel, address, Duration.ofSeconds(patience)));
  }
}
