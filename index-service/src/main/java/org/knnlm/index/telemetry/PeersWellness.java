package org.knnlm.index.telemetry;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.knnlm.index.cluster.Cluster;
import org.knnlm.index.cluster.Peer;

/** Well when every other instance answered the last call; says which did not, and why. */
@Wellness
@Singleton
final class PeersWellness implements HealthCheck {
  private final Cluster cluster;

  PeersWellness(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("peers").up();
    for (Peer peer : cluster.peers()) {
      if (peer.problem().isPresent()) {
        response.down();
      }
      response.withData(peer.name(), peer.problem().orElse("UP"));
    }
    return response.build();
  }
}
