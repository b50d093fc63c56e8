package org.knnlm.embedder.grpc;

import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.job.CorpusFolder;
import org.knnlm.embedder.job.DatastoreJob;
import org.knnlm.embedder.job.DatastoreRequest;
import org.knnlm.embedder.job.Datastores;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Replies;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;
import org.knnlm.proto.embedder.v1.CreateDatastoreResponse;
import org.knnlm.proto.embedder.v1.DescribeDatastoreRequest;
import org.knnlm.proto.embedder.v1.DescribeDatastoreResponse;
import org.knnlm.proto.embedder.v1.EmbedderGrpc;
import org.knnlm.proto.embedder.v1.WatchDatastoreRequest;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse;

/** knnlm.embedder.v1.Embedder. */
@GrpcService
public class EmbedderService extends EmbedderGrpc.EmbedderImplBase {
  private static final Duration REPORT_EVERY = Duration.ofMillis(500);

  private final Datastores datastores;
  private final Requests requests;
  private final Replies replies =
      new Replies(Executors.newVirtualThreadPerTaskExecutor(), DomainErrors::status);

  EmbedderService(Datastores datastores, CorpusFolder corpora) {
    this.datastores = datastores;
    this.requests = new Requests(corpora);
  }

  @Override
  public void createDatastore(
      CreateDatastoreRequest request, StreamObserver<CreateDatastoreResponse> observer) {
    replies.unary(
        observer,
        () -> {
          DatastoreRequest datastore = requests.datastore(request);
          datastores.create(datastore);
          return CreateDatastoreResponse.newBuilder().setName(datastore.name().value()).build();
        });
  }

  @Override
  public void watchDatastore(
      WatchDatastoreRequest request, StreamObserver<WatchDatastoreResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.name(request.getName());
          Optional<DatastoreJob> job = datastores.job(name);
          if (job.isPresent()) {
            watch(job.get(), sink);
          } else {
            sink.send(Responses.progress(finished(name)));
          }
        });
  }

  private static void watch(DatastoreJob job, Replies.Sink<WatchDatastoreResponse> sink)
      throws Exception {
    try {
      boolean done = false;
      do {
        sink.send(Responses.progress(job.progress()));
        done = job.awaitDone(REPORT_EVERY);
      } while (!done);
      sink.send(Responses.progress(job.progress()));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private Progress finished(DatastoreName name) throws IOException {
    try (Datastore datastore = open(name)) {
      long documents =
          datastore
              .manifest()
              .map(DatastoreManifest::origin)
              .map(origin -> origin.corpus().documents())
              .orElse(0L);
      return Progress.finished(documents, datastore.files().numKeys());
    }
  }

  @Override
  public void describeDatastore(
      DescribeDatastoreRequest request, StreamObserver<DescribeDatastoreResponse> observer) {
    replies.unary(
        observer,
        () -> {
          DatastoreName name = Requests.name(request.getName());
          try (Datastore datastore = open(name)) {
            return Responses.description(name, datastore);
          }
        });
  }

  private Datastore open(DatastoreName name) throws IOException {
    if (!datastores.exists(name)) {
      throw Errors.of(Code.NOT_FOUND, "no datastore and no job is called " + name);
    }
    return datastores.open(name);
  }
}
