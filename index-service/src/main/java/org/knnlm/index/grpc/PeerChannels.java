package org.knnlm.index.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.access.Tls;
import org.knnlm.index.config.IndexConfig;

/**
 * How peers are reached.
 *
 * @param timeout of a call
 * @param interceptors of each call, as of those to other services
 */
record PeerChannels(
    Duration timeout, ChannelCredentials credentials, List<ClientInterceptor> interceptors) {
  /**
   * As the settings say.
   *
   * @throws ConfigurationException when a file of theirs cannot be used
   */
  static PeerChannels of(IndexConfig.Cluster settings, List<ClientInterceptor> interceptors) {
    return new PeerChannels(settings.timeout(), credentials(settings.tls()), interceptors);
  }

  private static ChannelCredentials credentials(IndexConfig.Tls tls) {
    try {
      return new Tls(tls.trust(), tls.certificate(), tls.key()).credentials();
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
        .intercept(interceptors)
        .maxInboundMessageSize(Clients.MAX_MESSAGE_BYTES)
        .build();
  }
}
