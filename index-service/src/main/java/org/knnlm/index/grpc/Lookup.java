package org.knnlm.index.grpc;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.cluster.Cluster;
import org.knnlm.index.cluster.NeighborQuery;
import org.knnlm.proto.tensor.v1.Tensor;

/**
 * The queries of a request, searched for a piece at a time: the memory of a request stays small,
 * and others get their turn in between.
 *
 * @param queries {@code [n, dimension]}
 * @param allowPartial whether to answer from the keys that can be reached
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Lookup(DatastoreName name, Datastore datastore, float[] queries, boolean allowPartial) {
  private static final int MAX_QUERIES = 1024;

  /** 4 MB of them are sent while the next piece is searched for. */
  private static final int MAX_NEIGHBORS = 1 << 18;

  static Lookup of(Catalog catalog, String datastore, Tensor queries, boolean allowPartial) {
    DatastoreName name = Requests.datastore(datastore);
    Datastore opened = catalog.datastore(name);
    return new Lookup(name, opened, Requests.queries(queries, opened), allowPartial);
  }

  int count() {
    return queries.length / datastore.dimension();
  }

  void inPieces(
      Cluster cluster,
      int k,
      OptionalInt nprobe,
      boolean exact,
      boolean ownCall,
      Cluster.Output output)
      throws InterruptedException {
    int d = datastore.dimension();
    int rows = Math.clamp(MAX_NEIGHBORS / k, 1, MAX_QUERIES);
    Iterable<NeighborQuery> pieces =
        () ->
            IntStream.iterate(0, from -> from < count(), from -> from + rows)
                .mapToObj(from -> rows(from, Math.min(count(), from + rows)))
                .map(some -> new NeighborQuery(name, d, some, k, nprobe, exact, ownCall))
                .iterator();
    cluster.search(pieces, allowPartial, output);
  }

  private float[] rows(int begin, int end) {
    int d = datastore.dimension();
    return Arrays.copyOfRange(queries, begin * d, end * d);
  }
}
