package org.knnlm.index.cluster;

import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.search.Searched;

/** An instance that holds files of indexes. */
public interface Peer {
  /** Its address, for errors. */
  String name();

  /** Why it did not answer the last call; empty when it did, or has not been called yet. */
  Optional<String> problem();

  /**
   * What it has of a datastore's index.
   *
   * @throws PeerException when it does not answer
   */
  Held held(DatastoreName datastore);

  /**
   * The nearest keys in some of its files.
   *
   * @throws PeerException when it does not answer, or has them no more
   */
  Searched search(String indexId, List<Integer> shards, NeighborQuery query);
}
