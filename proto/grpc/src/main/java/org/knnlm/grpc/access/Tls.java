package org.knnlm.grpc.access;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a channel is encrypted: PEM files. Plain text when there are none.
 *
 * @param trust certificates of those who sign the server's; empty for those that Java trusts
 * @param certificate that is shown to the server
 * @param key of that certificate
 */
public record Tls(Optional<Path> trust, Optional<Path> certificate, Optional<Path> key) {
  /**
   * For a channel.
   *
   * @throws IOException when a file cannot be used, or one of certificate and key is missing
   */
  public ChannelCredentials credentials() throws IOException {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IOException("a certificate and its key are needed together");
    }
    if (trust.isEmpty() && certificate.isEmpty()) {
      return InsecureChannelCredentials.create();
    }
    var credentials = TlsChannelCredentials.newBuilder();
    if (trust.isPresent()) {
      credentials.trustManager(trust.get().toFile());
    }
    if (certificate.isPresent()) {
      credentials.keyManager(certificate.get().toFile(), key.get().toFile());
    }
    try {
      return credentials.build();
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
