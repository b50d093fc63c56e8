package org.knnlm.lm.score;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.DatastoreMismatchException;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.transformer.HiddenState;

/** The fewest searches that answer a request's retrieval settings. */
final class RetrievalPlan {
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
  RetrievalPlan(NeighborIndex index, ModelInfo model, List<Retrieval> retrievals) {
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
  Set<HiddenState> hiddenStates() {
    Set<HiddenState> states = EnumSet.noneOf(HiddenState.class);
    datastores.values().forEach(datastore -> states.add(datastore.key()));
    return states;
  }

  /**
   * p_kNN of the targets under each retrieval setting.
   *
   * @param queries the targets' queries by kind of hidden state
   * @return [retrievals][targets]
   */
  float[][] targetProbabilities(Map<HiddenState, Queries> queries) {
    Map<Search, float[][]> found = new LinkedHashMap<>();
    searches.forEach(
        (search, softmaxes) ->
            found.put(
                search,
                index.targetProbabilities(
                    search, queries.get(datastores.get(search.datastore()).key()), softmaxes)));
    float[][] probabilities = new float[retrievals.size()][];
    for (int i = 0; i < probabilities.length; i++) {
      Retrieval retrieval = retrievals.get(i);
      int softmax = searches.get(retrieval.search()).indexOf(retrieval.softmax());
      probabilities[i] = found.get(retrieval.search())[softmax];
    }
    return probabilities;
  }
}
