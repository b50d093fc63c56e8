package org.knnlm.index.grpc;

import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.datastore.ContextReader;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.grpc.Replies;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.catalog.BuildJob;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.cluster.Answer;
import org.knnlm.index.cluster.Cluster;
import org.knnlm.index.config.IndexConfig;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.knn.Softmax;
import org.knnlm.index.knn.TargetProbabilities;
import org.knnlm.index.knn.TokenDistributions;
import org.knnlm.index.search.NeighborOrder;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.ContextsResponse;
import org.knnlm.proto.index.v1.CountValuesRequest;
import org.knnlm.proto.index.v1.CountValuesResponse;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.ListDatastoresRequest;
import org.knnlm.proto.index.v1.ListDatastoresResponse;
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
  /** Neighbours in one reply: 16 bytes each keep it under 4 MiB. */
  private static final int NEIGHBORS_IN_A_REPLY = 200_000;

  /** Keeps a reply of unknown size under 4 MiB. */
  private static final int BYTES_IN_A_REPLY = 3 << 20;

  private final Catalog catalog;
  private final Cluster cluster;
  private final int maxK;
  private final String version;
  private final Replies replies =
      new Replies(Executors.newVirtualThreadPerTaskExecutor(), DomainErrors::status);

  NearestNeighborsService(
      Catalog catalog,
      Cluster cluster,
      IndexConfig config,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.catalog = catalog;
    this.cluster = cluster;
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
          return Descriptions.of(
              name,
              catalog.datastore(name),
              catalog.identity(name),
              catalog.index(name),
              catalog.places(name),
              version);
        });
  }

  @Override
  public void listDatastores(
      ListDatastoresRequest request, StreamObserver<ListDatastoresResponse> observer) {
    replies.unary(
        observer,
        () ->
            ListDatastoresResponse.newBuilder()
                .addAllDatastores(catalog.list().stream().map(Descriptions::summary).toList())
                .setVersion(version)
                .build());
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          Lookup lookup =
              Lookup.of(
                  catalog, request.getDatastore(), request.getQueries(), request.getAllowPartial());
          int k = Requests.k("k", request.getK(), lookup.datastore(), maxK);
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          boolean exact = request.getExactDistances();
          lookup.inPieces(
              cluster,
              k,
              nprobe,
              exact,
              request.getOwnCall(),
              (from, answer) -> {
                Neighbors found = answer.neighbors();
                send(from, exact ? NeighborOrder.byDistance(found) : found, answer, sink);
              });
        });
  }

  private static void send(
      int firstQuery, Neighbors found, Answer answer, Replies.Sink<SearchResponse> sink)
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
              .setUnsearchedKeys(answer.unsearchedKeys())
              .addAllNotes(answer.notes())
              .build());
    }
  }

  @Override
  public void tokenProbabilities(
      TokenProbabilitiesRequest request, StreamObserver<TokenProbabilitiesResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          Lookup lookup =
              Lookup.of(
                  catalog, request.getDatastore(), request.getQueries(), request.getAllowPartial());
          int[] targets = Requests.targets(request.getTargetTokenIdsList(), lookup.count());
          BitSet right = Requests.right(request.getRightList(), lookup.count());
          var probabilities =
              new TargetProbabilities(
                  Requests.softmaxes(request.getSoftmaxesList(), lookup.datastore(), maxK));
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          int k = probabilities.largestK();
          lookup.inPieces(
              cluster,
              k,
              nprobe,
              request.getExactDistances(),
              request.getOwnCall(),
              (from, answer) -> {
                Neighbors found = answer.neighbors();
                int end = from + found.queries();
                int[] theirs = Arrays.copyOfRange(targets, from, end);
                sink.send(
                    TokenProbabilitiesResponse.newBuilder()
                        .setFirstQuery(from)
                        .setProbabilities(
                            Tensors.fp32(
                                probabilities.of(found, theirs, right.get(from, end)),
                                request.getSoftmaxesCount(),
                                theirs.length))
                        .setUnsearchedKeys(answer.unsearchedKeys())
                        .addAllNotes(answer.notes())
                        .build());
              });
        });
  }

  @Override
  public void tokenDistributions(
      TokenDistributionsRequest request, StreamObserver<TokenDistributionsResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          Lookup lookup =
              Lookup.of(
                  catalog, request.getDatastore(), request.getQueries(), request.getAllowPartial());
          List<Softmax> softmaxes =
              Requests.softmaxes(request.getSoftmaxesList(), lookup.datastore(), maxK);
          List<int[]> right = Requests.right(request.getRightList(), lookup.count(), softmaxes);
          var distributions = new TokenDistributions(softmaxes);
          OptionalInt nprobe = Requests.nprobe(request.hasNprobe(), request.getNprobe());
          int k = distributions.largestK();
          int bytes = Integer.BYTES + request.getSoftmaxesCount() * Float.BYTES;
          int mostRight = right.stream().mapToInt(tokens -> tokens.length).max().orElse(0);
          int rows = Math.max(1, BYTES_IN_A_REPLY / (k + mostRight) / bytes);
          lookup.inPieces(
              cluster,
              k,
              nprobe,
              request.getExactDistances(),
              request.getOwnCall(),
              (from, answer) -> {
                Neighbors found = answer.neighbors();
                for (int row = 0; row < found.queries(); row += rows) {
                  int end = Math.min(found.queries(), row + rows);
                  TokenDistributions.Sparse some =
                      distributions.of(found.rows(row, end), right.subList(from + row, from + end));
                  sink.send(response(from + row, some, answer));
                }
              });
        });
  }

  private static TokenDistributionsResponse response(
      int firstQuery, TokenDistributions.Sparse sparse, Answer answer) {
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
        .setUnsearchedKeys(answer.unsearchedKeys())
        .addAllNotes(answer.notes())
        .build();
  }

  @Override
  public void contexts(ContextsRequest request, StreamObserver<ContextsResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          Datastore datastore = catalog.datastore(Requests.datastore(request.getDatastore()));
          List<Long> ids = Requests.ids(request.getIdsList(), datastore);
          int before = Requests.around("before", request.getBefore());
          int after = Requests.around("after", request.getAfter());
          int rows = BYTES_IN_A_REPLY / Descriptions.contextBytes(before, after);
          var contexts = new ContextReader(datastore);
          for (int from = 0; from < ids.size(); from += rows) {
            var reply = ContextsResponse.newBuilder();
            for (long id : ids.subList(from, Math.min(ids.size(), from + rows))) {
              reply.addContexts(Descriptions.context(contexts.read(id, before, after)));
            }
            sink.send(reply.build());
          }
        });
  }

  @Override
  public void countValues(
      CountValuesRequest request, StreamObserver<CountValuesResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          long[] counts = catalog.valueCounts(Requests.datastore(request.getDatastore()));
          int most = BYTES_IN_A_REPLY / Long.BYTES;
          for (int from = 0; from < counts.length; from += most) {
            long[] some = Arrays.copyOfRange(counts, from, Math.min(counts.length, from + most));
            sink.send(
                CountValuesResponse.newBuilder()
                    .setFirstTokenId(from)
                    .setCounts(Tensors.int64(some, some.length))
                    .build());
          }
        });
  }

  @Override
  public void buildIndex(BuildIndexRequest request, StreamObserver<BuildIndexResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          IndexSettings settings = Requests.settings(request);
          BuildJob job = catalog.build(name, settings, request.getFresh());
          while (!job.await(Descriptions.PROGRESS_INTERVAL)) {
            sink.send(Descriptions.progress(job));
          }
          sink.send(Descriptions.done(job));
        });
  }
}
