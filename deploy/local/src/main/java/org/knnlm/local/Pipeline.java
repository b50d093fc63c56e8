package org.knnlm.local;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.knnlm.proto.embedder.v1.CorpusFormat;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;
import org.knnlm.proto.embedder.v1.DescribeDatastoreRequest;
import org.knnlm.proto.embedder.v1.DescribeDatastoreResponse;
import org.knnlm.proto.embedder.v1.EmbedderGrpc;
import org.knnlm.proto.embedder.v1.WatchDatastoreRequest;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;

/** The way from a corpus to an index, through the gRPC services of a {@link LocalStack}. */
public final class Pipeline implements AutoCloseable {
  private final ManagedChannel embedderChannel;
  private final ManagedChannel indexChannel;

  /** Connects to the services of a stack. */
  public Pipeline(LocalStack stack) {
    this.embedderChannel = channel(stack.embedderPort());
    this.indexChannel = channel(stack.indexPort());
  }

  private static ManagedChannel channel(int port) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /**
   * Makes a datastore and waits for it.
   *
   * @param name of the datastore
   * @param corpus JSONL or plain text, a document a line
   * @throws io.grpc.StatusRuntimeException with the service's reason
   */
  public DescribeDatastoreResponse createDatastore(
      String name, Path corpus, Consumer<WatchDatastoreResponse> progress) {
    return createDatastore(name, corpus, CorpusFormat.CORPUS_FORMAT_UNSPECIFIED, progress);
  }

  /** The same, from a corpus whose format its name does not tell. */
  DescribeDatastoreResponse createDatastore(
      String name, Path corpus, CorpusFormat format, Consumer<WatchDatastoreResponse> progress) {
    var embedder = EmbedderGrpc.newBlockingStub(embedderChannel);
    embedder.createDatastore(
        CreateDatastoreRequest.newBuilder()
            .setName(name)
            .setCorpus(corpus.toAbsolutePath().toString())
            .setFormat(format)
            .build());
    embedder
        .watchDatastore(WatchDatastoreRequest.newBuilder().setName(name).build())
        .forEachRemaining(progress);
    return embedder.describeDatastore(DescribeDatastoreRequest.newBuilder().setName(name).build());
  }

  /**
   * Builds an index and waits for it.
   *
   * @throws io.grpc.StatusRuntimeException with the service's reason
   */
  public IndexInfo buildIndex(BuildIndexRequest request, Consumer<BuildIndexResponse> progress) {
    Iterator<BuildIndexResponse> replies =
        NearestNeighborsGrpc.newBlockingStub(indexChannel).buildIndex(request);
    BuildIndexResponse last = BuildIndexResponse.getDefaultInstance();
    while (replies.hasNext()) {
      last = replies.next();
      progress.accept(last);
    }
    return last.getIndex();
  }

  @Override
  public void close() {
    for (ManagedChannel channel : new ManagedChannel[] {embedderChannel, indexChannel}) {
      channel.shutdown();
      try {
        channel.awaitTermination(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
