package org.knnlm.embedder.cli;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import org.knnlm.embedder.grpc.RemoteLanguageModel;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.Waits;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where lm-service is. */
final class Connection {
  @Mixin private Credentials credentials;

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

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "Longest time of one call of lm-service (default: 600)")
  private long timeout;

  /** A model to work with until the connection is closed. */
  record Open(ManagedChannel channel, LanguageModel model, Waits waits) implements AutoCloseable {
    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  Open open() throws IOException {
    ManagedChannel channel = credentials.channel(address).build();
    var waits = new Waits();
    return new Open(
        channel,
        new RemoteLanguageModel(
            channel, address, Duration.ofSeconds(timeout), Duration.ofSeconds(patience), waits),
        waits);
  }
}
