package org.knnlm.embedder.cli;

import io.grpc.Grpc;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.access.InvalidAccountsException;
import org.knnlm.grpc.access.Tls;
import org.knnlm.grpc.access.TokenBearer;
import picocli.CommandLine.Option;

/** What to show to a service, and whom to believe. */
final class Credentials {
  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:KNNLM_SECURITY_TOKEN_FILE}",
      description =
          "What to show to the service: the password of an account (default: $KNNLM_SECURITY_TOKEN_FILE)")
  private Optional<Path> tokenFile;

  @Option(
      names = "--trust",
      paramLabel = "FILE",
      description = "PEM certificates of those who sign the service's; TLS is used when given")
  private Optional<Path> trust;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "PEM certificate to show to the service, with --certificate-key")
  private Optional<Path> certificate;

  @Option(names = "--certificate-key", paramLabel = "FILE", description = "Its key")
  private Optional<Path> certificateKey;

  /**
   * @param address HOST:PORT
   */
  ManagedChannelBuilder<?> channel(String address) throws IOException {
    return Grpc.newChannelBuilder(
            address, new Tls(trust, certificate, certificateKey).credentials())
        .intercept(token())
        .maxInboundMessageSize(Clients.MAX_MESSAGE_BYTES);
  }

  private TokenBearer token() throws IOException {
    try {
      return TokenBearer.of(tokenFile);
    } catch (InvalidAccountsException e) {
      throw new IOException("--token-file: " + e.getMessage(), e);
    }
  }
}
