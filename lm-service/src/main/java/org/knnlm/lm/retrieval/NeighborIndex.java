package org.knnlm.lm.retrieval;

import java.util.BitSet;
import java.util.List;

/** Nearest neighbours among the keys of datastores. */
public interface NeighborIndex {
  /** What is served under a name. */
  Datastore describe(String name);

  /**
   * p_kNN of each query's target; one search at the largest k serves all softmaxes.
   *
   * @param targets the token asked for by each query
   * @param right queries whose target an oracle puts among the neighbours
   * @return [softmaxes][queries], each in [0, 1]
   */
  float[][] targetProbabilities(
      Search search, Queries queries, int[] targets, BitSet right, List<Softmax> softmaxes);

  /**
   * p_kNN of every token, for each query; one search at the largest k serves all softmaxes.
   *
   * @param right tokens that an oracle puts among the neighbours of each query; empty for none
   * @return [softmaxes][queries]
   */
  Distribution[][] distributions(
      Search search, Queries queries, List<int[]> right, List<Softmax> softmaxes);

  /**
   * The nearest of the k neighbours of each query, the nearest first, as a softmax weighs them.
   *
   * @return a list for each query; shorter than asked for where fewer keys were reached
   */
  List<List<Neighbor>> neighbors(
      Search search, Queries queries, Softmax softmax, Surroundings surroundings);
}
