package org.knnlm.index.grpc;

import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.List;
import java.util.concurrent.Executors;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Replies;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.catalog.NoIndexException;
import org.knnlm.index.cluster.Held;
import org.knnlm.index.cluster.NeighborQuery;
import org.knnlm.index.config.IndexConfig;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.search.Searched;
import org.knnlm.proto.index.v1.HeldShardsRequest;
import org.knnlm.proto.index.v1.HeldShardsResponse;
import org.knnlm.proto.index.v1.IndexShardsGrpc;
import org.knnlm.proto.index.v1.SearchShardsRequest;
import org.knnlm.proto.index.v1.SearchShardsResponse;

/** knnlm.index.v1.IndexShards: what peers ask. */
@GrpcService
public class IndexShardsService extends IndexShardsGrpc.IndexShardsImplBase {
  /** 20 bytes each keep a reply under 4 MiB. */
  private static final int NEIGHBORS_IN_A_REPLY = 160_000;

  private final Catalog catalog;
  private final int maxK;
  private final Replies replies =
      new Replies(Executors.newVirtualThreadPerTaskExecutor(), DomainErrors::status);

  IndexShardsService(Catalog catalog, IndexConfig config) {
    this.catalog = catalog;
    this.maxK = config.search().maxK();
  }

  @Override
  public void heldShards(HeldShardsRequest request, StreamObserver<HeldShardsResponse> observer) {
    replies.unary(observer, () -> held(Requests.datastore(request.getDatastore())));
  }

  private HeldShardsResponse held(DatastoreName name) {
    try {
      return catalog.search(
          name,
          index ->
              HeldShardsResponse.newBuilder()
                  .setIndexId(Held.idOf(index.manifest()))
                  .addAllShards(index.shards())
                  .build());
    } catch (NoIndexException e) {
      return HeldShardsResponse.getDefaultInstance();
    }
  }

  @Override
  public void searchShards(
      SearchShardsRequest request, StreamObserver<SearchShardsResponse> observer) {
    replies.stream(
        observer,
        sink -> {
          DatastoreName name = Requests.datastore(request.getDatastore());
          Datastore datastore = catalog.datastore(name);
          var query =
              new NeighborQuery(
                  name,
                  datastore.dimension(),
                  Requests.queries(request.getQueries(), datastore),
                  Requests.k("k", request.getK(), datastore, maxK),
                  Requests.nprobe(request.hasNprobe(), request.getNprobe()),
                  request.getExactDistances(),
                  request.getOwnCall());
          Searched found =
              catalog.search(
                  name,
                  index -> {
                    requireHeld(index, request.getIndexId(), request.getShardsList());
                    return query.in(index, request.getShardsList());
                  });
          send(found, query.exact(), sink);
        });
  }

  private static void requireHeld(SearchableDatastore index, String id, List<Integer> shards) {
    if (shards.isEmpty()
        || !Held.idOf(index.manifest()).equals(id)
        || !index.shards().containsAll(shards)) {
      throw Errors.of(
          Code.FAILED_PRECONDITION,
          "files %s of index %s are not held here: %s of index %s are"
              .formatted(shards, id, index.shards(), Held.idOf(index.manifest())));
    }
  }

  private static void send(
      Searched searched, boolean exact, Replies.Sink<SearchShardsResponse> sink)
      throws InterruptedException {
    Neighbors found = searched.neighbors();
    int rows = Math.max(1, NEIGHBORS_IN_A_REPLY / found.k());
    for (int from = 0; from < found.queries(); from += rows) {
      Neighbors piece = found.rows(from, Math.min(found.queries(), from + rows));
      int n = piece.queries();
      int k = piece.k();
      var reply =
          SearchShardsResponse.newBuilder()
              .setFirstQuery(from)
              .setIds(Tensors.int64(piece.ids(), n, k))
              .setOrder(Tensors.fp32(piece.order(), n, k))
              .setTokenIds(Tensors.int32(piece.tokens(), n, k))
              .addAllNotes(searched.notes());
      if (exact) {
        reply.setExactDistances(Tensors.fp32(piece.distances(), n, k));
      }
      sink.send(reply.build());
    }
  }
}
