package org.knnlm.index.cluster;

import java.util.List;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.search.Searched;

/**
 * Neighbours from the whole index, or from what could be reached of it.
 *
 * @param unsearchedKeys keys that nobody in reach holds
 */
public record Answer(Searched searched, long unsearchedKeys) {
  public Neighbors neighbors() {
    return searched.neighbors();
  }

  /** What was done otherwise than expected, for people. */
  public List<String> notes() {
    return searched.notes();
  }
}
