package org.knnlm.index.cluster;

import java.util.List;
import java.util.OptionalInt;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.search.Searched;

/**
 * Queries and how to look for their neighbours.
 *
 * @param dimension of a query
 * @param queries {@code [n, dimension]}, row-major, finite
 * @param k neighbours of each
 * @param nprobe lists to visit; empty for the index's own setting
 * @param exact replace distances by those from the stored keys, in the same order
 * @param ownCall keep the queries of others out of the call, which may change last bits
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NeighborQuery(
    DatastoreName datastore,
    int dimension,
    float[] queries,
    int k,
    OptionalInt nprobe,
    boolean exact,
    boolean ownCall) {
  /** Number of queries. */
  public int count() {
    return queries.length / dimension;
  }

  /** The nearest keys in some loaded files of an index. */
  public Searched in(SearchableDatastore index, List<Integer> shards) {
    return index.search(shards, queries, k, nprobe, exact, ownCall);
  }
}
