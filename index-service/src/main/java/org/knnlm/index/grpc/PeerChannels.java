package org.knnlm.index.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import org.knnlm.grpc.access.TokenBearer;
import org.knnlm.index.config.IndexConfig;

/**
 * How peers are reached.
 *
 * @param timeout of a call
 * @param token shown with each call
 */
record PeerChannels(Duration timeout, ChannelCredentials credentials, TokenBearer token) {
  private static final int MAX_MESSAGE_BYTES = 32 << 20;

  /**
   * As the settings say.
   *
   * @throws ConfigurationException when a file of theirs cannot be used
   */
  static PeerChannels of(IndexConfig.Cluster settings, TokenBearer token) {
    return new PeerChannels(settings.timeout(), credentials(settings.tls()), token);
  }

  private static ChannelCredentials credentials(IndexConfig.Tls tls) {
    if (tls.certificate().isPresent() != tls.key().isPresent()) {
      throw new ConfigurationException(
          "knnlm.cluster.tls.certificate and knnlm.cluster.tls.key are needed together");
    }
    if (tls.trust().isEmpty() && tls.certificate().isEmpty()) {
      return InsecureChannelCredentials.create();
    }
    try {
      var credentials = TlsChannelCredentials.newBuilder();
      if (tls.trust().isPresent()) {
        credentials.trustManager(tls.trust().get().toFile());
      }
      if (tls.certificate().isPresent()) {
        credentials.keyManager(tls.certificate().get().toFile(), tls.key().get().toFile());
      }
      return credentials.build();
    } catch (IOException e) {
      throw new ConfigurationException("knnlm.cluster.tls: " + e.getMessage(), e);
    }
  }

  /**
   * A channel to one address of a peer's name.
   *
   * @param name which its certificate must have
   */
  ManagedChannel to(String name, String address, int port) {
    return Grpc.newChannelBuilderForAddress(address, port, credentials)
        .overrideAuthority(name + ":" + port)
        .intercept(token)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }
}
