package org.knnlm.lm.retrieval;

import java.util.List;

/** Nearest neighbours among the keys of datastores. */
public interface NeighborIndex {
  /** What is served under a name. */
  Datastore describe(String name);

  /**
   * p_kNN of each query's target; one search at the largest k serves all softmaxes.
   *
   * @param targets the token asked for by each query
   * @return [softmaxes][queries], each in [0, 1]
   */
  float[][] targetProbabilities(
      Search search, Queries queries, int[] targets, List<Softmax> softmaxes);

  /**
   * p_kNN of every token, for each query; one search at the largest k serves all softmaxes.
   *
   * @return [softmaxes][queries]
   */
  Distribution[][] distributions(Search search, Queries queries, List<Softmax> softmaxes);
}
