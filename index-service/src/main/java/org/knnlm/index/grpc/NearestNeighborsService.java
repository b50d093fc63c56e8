package org.knnlm.index.grpc;

import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.faiss.FaissException;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Replies;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.build.IndexSettingsException;
import org.knnlm.index.build.NotEnoughRoomException;
import org.knnlm.index.catalog.BuildConflictException;
import org.knnlm.index.catalog.BuildJob;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.catalog.NoIndexException;
import org.knnlm.index.catalog.NoSuchDatastoreException;
import org.knnlm.index.config.IndexConfig;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.knn.TargetProbabilities;
import org.knnlm.index.knn.TokenDistributions;
import org.knnlm.index.search.NeighborOrder;
import org.knnlm.index.shard.BuildFolderHeldException;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;
import org.knnlm.proto.index.v1.TokenDistributionsRequest;
import org.knnlm.proto.index.v1.TokenDistributionsResponse;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesResponse;

/** knnlm.index.v1.NearestNeighbors over a {@link Catalog}. */
@GrpcService
public class NearestNeighborsService extends NearestNeighborsGrpc.NearestNeighborsImplBase {
  /** Neighbours searched for at a time: bounds the memory of a call to a few tens of MiB. */
  private static final int NEIGHBORS_AT_A_TIME = 1 << 20;

  /** Neighbours in one reply: 16 bytes each keep it under 4 MiB. */
  private static final int NEIGHBORS_IN_A_REPLY = 200_000;

  /** Keeps a reply of unknown size under 4 MiB. */
  private static final int BYTES_IN_A_REPLY = 3 << 20;

  private final Catalog catalog;
  private final int maxK;
  private final String version;
  private final Replies replies =
      new Replies(Executors.newVirtualThreadPerTaskExecutor(), NearestNeighborsService::status);

  NearestNeighborsService(
      Catalog catalog,
      IndexConfig config,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.catalog = catalog;
    this.maxK = config.search().maxK();
    this.version = version;
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
    replies.unary(
        observer,
        () -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          if (request.getVerify()) {
            catalog.verify(name);
          }
          return Descriptions.of(name, catalog.datastore(name), catalog.index(name), version);
        });
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          Datastore datastore = catalog.datastore(name);
          float[] queries = Requests.queries(request.getQueries(), datastore);
          int k = Requests.k("k", request.getK(), datastore, maxK);
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          int d = datastore.dimension();
          int rows = Math.max(1, NEIGHBORS_AT_A_TIME / k);
          for (int from = 0; from < queries.length / d; from += rows) {
            float[] some = rows(queries, from, rows, d);
            Neighbors found =
                catalog.search(
                    name, index -> index.search(some, k, nprobe, request.getExactDistances()));
            send(from, request.getExactDistances() ? NeighborOrder.byDistance(found) : found, sink);
          }
        });
  }

  private static void send(int firstQuery, Neighbors found, Replies.Sink<SearchResponse> sink)
      throws InterruptedException {
    int rows = Math.max(1, NEIGHBORS_IN_A_REPLY / found.k());
    for (int from = 0; from < found.queries(); from += rows) {
      Neighbors piece = found.rows(from, Math.min(found.queries(), from + rows));
      sink.send(
          SearchResponse.newBuilder()
              .setFirstQuery(firstQuery + from)
              .setIds(Tensors.int64(piece.ids(), piece.queries(), piece.k()))
              .setDistances(Tensors.fp32(piece.distances(), piece.queries(), piece.k()))
              .setTokenIds(Tensors.int32(piece.tokens(), piece.queries(), piece.k()))
              .build());
    }
  }

  @Override
  public void tokenProbabilities(
      TokenProbabilitiesRequest request, StreamObserver<TokenProbabilitiesResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          Datastore datastore = catalog.datastore(name);
          int d = datastore.dimension();
          float[] queries = Requests.queries(request.getQueries(), datastore);
          int[] targets = Requests.targets(request.getTargetTokenIdsList(), queries.length / d);
          var probabilities =
              new TargetProbabilities(
                  Requests.softmaxes(request.getSoftmaxesList(), datastore, maxK));
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          int rows = Math.max(1, NEIGHBORS_AT_A_TIME / probabilities.largestK());
          for (int from = 0; from < targets.length; from += rows) {
            float[] some = rows(queries, from, rows, d);
            int[] theirs = rows(targets, from, rows);
            Neighbors found =
                catalog.search(
                    name,
                    index ->
                        index.search(
                            some, probabilities.largestK(), nprobe, request.getExactDistances()));
            sink.send(
                TokenProbabilitiesResponse.newBuilder()
                    .setFirstQuery(from)
                    .setProbabilities(
                        Tensors.fp32(
                            probabilities.of(found, theirs),
                            request.getSoftmaxesCount(),
                            theirs.length))
                    .build());
          }
        });
  }

  @Override
  public void tokenDistributions(
      TokenDistributionsRequest request, StreamObserver<TokenDistributionsResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          Datastore datastore = catalog.datastore(name);
          int d = datastore.dimension();
          float[] queries = Requests.queries(request.getQueries(), datastore);
          var distributions =
              new TokenDistributions(
                  Requests.softmaxes(request.getSoftmaxesList(), datastore, maxK));
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          int k = distributions.largestK();
          int bytes = Integer.BYTES + request.getSoftmaxesCount() * Float.BYTES;
          int rows = Math.max(1, BYTES_IN_A_REPLY / k / bytes);
          for (int from = 0; from < queries.length / d; from += rows) {
            float[] some = rows(queries, from, rows, d);
            Neighbors found =
                catalog.search(
                    name, index -> index.search(some, k, nprobe, request.getExactDistances()));
            sink.send(response(from, distributions.of(found)));
          }
        });
  }

  private static TokenDistributionsResponse response(
      int firstQuery, TokenDistributions.Sparse sparse) {
    int tokens = sparse.tokens().length;
    float[] probabilities = new float[sparse.probabilities().length * tokens];
    for (int s = 0; s < sparse.probabilities().length; s++) {
      System.arraycopy(sparse.probabilities()[s], 0, probabilities, s * tokens, tokens);
    }
    return TokenDistributionsResponse.newBuilder()
        .setFirstQuery(firstQuery)
        .setOffsets(Tensors.int32(sparse.offsets(), sparse.offsets().length))
        .setTokenIds(Tensors.int32(sparse.tokens(), tokens))
        .setProbabilities(Tensors.fp32(probabilities, sparse.probabilities().length, tokens))
        .build();
  }

  @Override
  public void buildIndex(BuildIndexRequest request, StreamObserver<BuildIndexResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          IndexSettings settings = Requests.settings(request);
          BuildJob job = catalog.build(name, settings);
          while (!job.await(Descriptions.PROGRESS_INTERVAL)) {
            sink.send(Descriptions.progress(job));
          }
          sink.send(Descriptions.done(job));
        });
  }

  private static float[] rows(float[] values, int from, int rows, int d) {
    return Arrays.copyOfRange(values, from * d, Math.min(values.length, (from + rows) * d));
  }

  private static int[] rows(int[] values, int from, int rows) {
    return Arrays.copyOfRange(values, from, Math.min(values.length, from + rows));
  }

  private static StatusRuntimeException status(Throwable e) {
    return switch (e) {
      case NoSuchDatastoreException missing -> Errors.of(Code.NOT_FOUND, missing.getMessage());
      case NoIndexException missing -> Errors.of(Code.FAILED_PRECONDITION, missing.getMessage());
      case NotEnoughRoomException room -> Errors.of(Code.RESOURCE_EXHAUSTED, room.getMessage());
      case BuildConflictException other -> Errors.of(Code.FAILED_PRECONDITION, other.getMessage());
      case BuildFolderHeldException other ->
          Errors.of(Code.FAILED_PRECONDITION, other.getMessage());
      case IndexSettingsException setting ->
          Errors.invalidArgument(setting.field(), setting.getMessage());
      case DatastoreException files -> Errors.of(Code.DATA_LOSS, files.getMessage());
      case IndexFileException files -> Errors.of(Code.DATA_LOSS, files.getMessage());
      case FaissException faiss -> Errors.of(Code.INTERNAL, faiss.getMessage());
      default -> null;
    };
  }
}
