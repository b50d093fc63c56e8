package org.knnlm.embedder.grpc;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.function.Consumer;
import org.knnlm.grpc.Clients;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc.NearestNeighborsBlockingStub;

/** index-service. Its builds outlive calls and the service itself: the same call follows again. */
public final class RemoteIndex {
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final NearestNeighborsBlockingStub stub;
  private final String address;
  private final Duration patience;
  private long heard;

  /**
   * @param address where the channel leads, for errors
   * @param patience how long a service that is away is asked again
   */
  public RemoteIndex(Channel channel, String address, Duration patience) {
    this.stub = NearestNeighborsGrpc.newBlockingStub(channel);
    this.address = address;
    this.patience = patience;
  }

  /**
   * Has an index built, and returns when it is there.
   *
   * @param waiting told why, when the service is away
   * @throws IndexServiceException with the service's reason
   */
  public IndexInfo build(
      BuildIndexRequest request, Consumer<BuildIndexResponse> progress, Consumer<String> waiting)
      throws InterruptedException {
    heard = System.nanoTime();
    while (true) {
      try {
        return Clients.reading(() -> follow(request, progress));
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        String reason = "index-service at %s: %s".formatted(address, RemoteLanguageModel.reason(e));
        if (code != Status.Code.UNAVAILABLE || System.nanoTime() - heard >= patience.toNanos()) {
          throw new IndexServiceException(reason, code, e);
        }
        waiting.accept(reason);
        Thread.sleep(PAUSE);
      }
    }
  }

  private IndexInfo follow(BuildIndexRequest request, Consumer<BuildIndexResponse> progress) {
    BuildIndexResponse last = BuildIndexResponse.getDefaultInstance();
    var replies = Clients.connecting(stub).buildIndex(request);
    while (replies.hasNext()) {
      last = replies.next();
      heard = System.nanoTime();
      progress.accept(last);
    }
    return last.getIndex();
  }
}
