package org.knnlm.lm.retrieval;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.transformer.HiddenState;

/** The fewest searches that answer a request's retrieval settings. */
public final class RetrievalPlan {
  private final NeighborIndex index;
  private final List<Retrieval> retrievals;
  private final Map<Search, List<Softmax>> searches = new LinkedHashMap<>();
  private final Map<String, Datastore> datastores = new LinkedHashMap<>();

  /**
   * Looks the datastores up.
   *
   * @throws DatastoreMismatchException when one is not of this model
   * @throws TooManyNeighborsException when a setting asks for more neighbours than keys
   */
  public RetrievalPlan(NeighborIndex index, ModelInfo model, List<Retrieval> retrievals) {
    this.index = index;
    this.retrievals = retrievals;
    for (int i = 0; i < retrievals.size(); i++) {
      Retrieval retrieval = retrievals.get(i);
      Datastore datastore =
          datastores.computeIfAbsent(retrieval.search().datastore(), index::describe);
      DatastoreMismatchException.check(datastore, model);
      if (retrieval.softmax().k() > datastore.keys()) {
        throw new TooManyNeighborsException(i, retrieval.softmax().k(), datastore);
      }
      List<Softmax> softmaxes =
          searches.computeIfAbsent(retrieval.search(), search -> new ArrayList<>());
      if (!softmaxes.contains(retrieval.softmax())) {
        softmaxes.add(retrieval.softmax());
      }
    }
  }

  /** The hidden states that are keys of some datastore. */
  public Set<HiddenState> hiddenStates() {
    Set<HiddenState> states = EnumSet.noneOf(HiddenState.class);
    datastores.values().forEach(datastore -> states.add(datastore.key()));
    return states;
  }

  /**
   * p_kNN of the targets under each retrieval setting.
   *
   * @param queries by kind of hidden state
   * @param targets the token asked for by each query
   * @param right queries whose target oracles put among the neighbours
   * @return [retrievals][targets]
   */
  public float[][] targetProbabilities(
      Map<HiddenState, Queries> queries, int[] targets, BitSet right) {
    return each((search, softmaxes) ->
            index.targetProbabilities(search, of(search, queries), targets, right, softmaxes))
        .toArray(float[][]::new);
  }

  /**
   * p_kNN of every token under each retrieval setting.
   *
   * @param queries by kind of hidden state
   * @param right tokens that oracles put among the neighbours of each query; empty for none
   * @return [retrievals][queries]
   */
  public Distribution[][] distributions(Map<HiddenState, Queries> queries, List<int[]> right) {
    return each((search, softmaxes) ->
            index.distributions(search, of(search, queries), right, softmaxes))
        .toArray(Distribution[][]::new);
  }

  /**
   * The neighbours under the only retrieval setting.
   *
   * @param queries by kind of hidden state
   */
  public List<List<Neighbor>> neighbors(
      Map<HiddenState, Queries> queries, Surroundings surroundings) {
    Retrieval only = retrievals.getFirst();
    return index.neighbors(only.search(), of(only.search(), queries), only.softmax(), surroundings);
  }

  private Queries of(Search search, Map<HiddenState, Queries> queries) {
    return queries.get(datastores.get(search.datastore()).key());
  }

  /** What each setting finds, when a search answers for all its softmaxes in their order. */
  private <T> Stream<T> each(BiFunction<Search, List<Softmax>, T[]> answers) {
    Map<Search, T[]> found = new LinkedHashMap<>();
    searches.forEach((search, softmaxes) -> found.put(search, answers.apply(search, softmaxes)));
    return retrievals.stream()
        .map(
            retrieval ->
                found
                    .get(retrieval.search())[
                    searches.get(retrieval.search()).indexOf(retrieval.softmax())]);
  }
}
