package org.knnlm.index.search;

import java.util.List;

/**
 * How to look for neighbours; queries that are looked for alike can share a call of faiss.
 *
 * @param shards numbers of the index files to look in, at least one
 * @param k neighbours of each query
 * @param nprobe inverted lists to visit
 * @param exact whether distances are computed again from the stored keys
 * @param ownCall whether the queries of others stay out of the call
 */
record Search(List<Integer> shards, int k, int nprobe, boolean exact, boolean ownCall) {
  Search {
    shards = List.copyOf(shards);
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("no index file to search");
    }
  }
}
