package org.knnlm.index.grpc;

import io.grpc.ClientInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knnlm.grpc.Carried;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.cluster.Cluster;
import org.knnlm.index.config.IndexConfig;

/** Makes the cluster from the settings. */
final class ClusterProducer {
  private static final Pattern ADDRESS = Pattern.compile("(\\[[^\\]]+\\]|[^:]+):(\\d{1,5})");

  @Produces
  @Singleton
  GrpcPeers peers(IndexConfig config, @GlobalInterceptor Instance<ClientInterceptor> interceptors) {
    List<InetSocketAddress> names =
        config.cluster().peers().orElse(List.of()).stream().map(ClusterProducer::address).toList();
    return new GrpcPeers(names, PeerChannels.of(config.cluster(), interceptors.stream().toList()));
  }

  void close(@Disposes GrpcPeers peers) {
    peers.close();
  }

  @Produces
  @Singleton
  Cluster cluster(Catalog catalog, GrpcPeers peers) {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    return new Cluster(
        catalog,
        peers,
        new Cluster.Fork() {
          @Override
          public <T> Future<T> start(Callable<T> task) {
            return threads.submit(Carried.along(task));
          }
        });
  }

  private static InetSocketAddress address(String peer) {
    Matcher address = ADDRESS.matcher(peer.trim());
    if (!address.matches() || Integer.parseInt(address.group(2)) > 65535) {
      throw new ConfigurationException(
          "knnlm.cluster.peers: found '%s', host:port is needed".formatted(peer));
    }
    return InetSocketAddress.createUnresolved(address.group(1), Integer.parseInt(address.group(2)));
  }
}
