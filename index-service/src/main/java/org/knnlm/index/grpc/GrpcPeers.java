package org.knnlm.index.grpc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.knnlm.index.cluster.Peer;

/**
 * The peers behind some names: every address of every name, looked up again after a while, so that
 * instances may come and go.
 */
final class GrpcPeers implements Supplier<List<Peer>>, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GrpcPeers.class);
  private static final long LOOKUP_NANOS = Duration.ofSeconds(5).toNanos();

  private final List<InetSocketAddress> names;
  private final PeerChannels channels;
  private final Map<String, GrpcPeer> peers = new HashMap<>();
  private long lookedUp;

  GrpcPeers(List<InetSocketAddress> names, PeerChannels channels) {
    this.names = names;
    this.channels = channels;
  }

  @Override
  public synchronized List<Peer> get() {
    if (peers.isEmpty() || System.nanoTime() - lookedUp > LOOKUP_NANOS) {
      lookUp();
      lookedUp = System.nanoTime();
    }
    return new ArrayList<>(peers.values());
  }

  private void lookUp() {
    var found = new TreeSet<String>();
    for (InetSocketAddress name : names) {
      try {
        for (InetAddress address : InetAddress.getAllByName(name.getHostString())) {
          String peer = address.getHostAddress() + ":" + name.getPort();
          found.add(peer);
          peers.computeIfAbsent(peer, p -> peer(p, name, address));
        }
      } catch (UnknownHostException e) {
        LOG.warnf("knnlm.cluster.peers: %s has no address now", name.getHostString());
      }
    }
    peers.entrySet().removeIf(peer -> isGone(peer, found));
  }

  private GrpcPeer peer(String peer, InetSocketAddress name, InetAddress address) {
    return new GrpcPeer(
        peer,
        channels.to(name.getHostString(), address.getHostAddress(), name.getPort()),
        channels.timeout());
  }

  private static boolean isGone(Map.Entry<String, GrpcPeer> peer, Set<String> found) {
    boolean gone = !found.contains(peer.getKey());
    if (gone) {
      peer.getValue().close();
    }
    return gone;
  }

  @Override
  public synchronized void close() {
    peers.values().forEach(GrpcPeer::close);
  }
}
