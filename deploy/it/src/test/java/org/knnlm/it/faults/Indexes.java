package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.function.Consumer;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;

/** An index-service that builds, and may be away for a while. */
final class Indexes implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final ManagedChannel channel;

  Indexes(int port) {
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** Builds an index; returns when it is published. */
  void build(String datastore, Consumer<BuildIndexResponse> progress) {
    channel.resetConnectBackoff();
    NearestNeighborsGrpc.newBlockingStub(channel)
        .buildIndex(
            BuildIndexRequest.newBuilder().setDatastore(datastore).setFactory("IVF64,SQ8").build())
        .forEachRemaining(progress);
  }

  /** Builds it, however often the service dies meanwhile. */
  void buildInTheEnd(String datastore, Consumer<BuildIndexResponse> progress)
      throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        build(datastore, progress);
        return;
      } catch (StatusRuntimeException away) {
        assertThat(System.nanoTime()).as(away.getMessage()).isLessThan(deadline);
        Thread.sleep(200);
      }
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
