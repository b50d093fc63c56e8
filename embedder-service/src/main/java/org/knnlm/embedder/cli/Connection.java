package org.knnlm.embedder.cli;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.knnlm.embedder.grpc.RemoteLanguageModel;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.Waits;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.access.InvalidAccountsException;
import org.knnlm.grpc.access.Tls;
import org.knnlm.grpc.access.TokenBearer;
import picocli.CommandLine.Option;

/** Where lm-service is. */
final class Connection {
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

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:KNNLM_SECURITY_TOKEN_FILE}",
      description =
          "What to show to lm-service: the password of an account (default: $KNNLM_SECURITY_TOKEN_FILE)")
  private Optional<Path> tokenFile;

  @Option(
      names = "--trust",
      paramLabel = "FILE",
      description = "PEM certificates of those who sign lm-service's; TLS is used when given")
  private Optional<Path> trust;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "PEM certificate to show to lm-service, with --certificate-key")
  private Optional<Path> certificate;

  @Option(names = "--certificate-key", paramLabel = "FILE", description = "Its key")
  private Optional<Path> certificateKey;

  /** A model to work with until the connection is closed. */
  record Open(ManagedChannel channel, LanguageModel model, Waits waits) implements AutoCloseable {
    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  Open open() throws IOException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, new Tls(trust, certificate, certificateKey).credentials())
            .intercept(token())
            .maxInboundMessageSize(Clients.MAX_MESSAGE_BYTES)
            .build();
    var waits = new Waits();
    return new Open(
        channel,
        new RemoteLanguageModel(
            channel, address, Duration.ofSeconds(timeout), Duration.ofSeconds(patience), waits),
        waits);
  }

  private TokenBearer token() throws IOException {
    try {
      return TokenBearer.of(tokenFile);
    } catch (InvalidAccountsException e) {
      throw new IOException("--token-file: " + e.getMessage(), e);
    }
  }
}
