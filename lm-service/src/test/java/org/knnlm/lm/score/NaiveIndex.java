package org.knnlm.lm.score;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;

/** Exhaustive search over the keys of one datastore; remembers what it was asked. */
final class NaiveIndex implements NeighborIndex {
  /** A search that was done. */
  record Asked(Search search, int queries, List<Softmax> softmaxes) {}

  final List<Asked> asked = new ArrayList<>();
  private final Datastore datastore;
  private final float[][] keys;
  private final int[] values;

  NaiveIndex(Datastore datastore, float[][] keys, int[] values) {
    this.datastore = datastore;
    this.keys = keys;
    this.values = values;
  }

  @Override
  public Datastore describe(String name) {
    return datastore;
  }

  @Override
  public float[][] targetProbabilities(Search search, Queries queries, List<Softmax> softmaxes) {
    asked.add(new Asked(search, queries.targets().length, softmaxes));
    float[] states = Fixtures.floats(queries.hiddenStates());
    float[][] probabilities = new float[softmaxes.size()][queries.targets().length];
    for (int s = 0; s < softmaxes.size(); s++) {
      for (int q = 0; q < queries.targets().length; q++) {
        double[] distribution = distribution(states, q * queries.dimension(), softmaxes.get(s), 96);
        probabilities[s][q] = (float) distribution[queries.targets()[q]];
      }
    }
    return probabilities;
  }

  /** p_kNN of every token, for the query that begins at an offset. */
  double[] distribution(float[] states, int offset, Softmax softmax, int vocabulary) {
    List<Integer> nearest =
        IntStream.range(0, keys.length)
            .boxed()
            .sorted(Comparator.comparingDouble(key -> distance(states, offset, keys[key])))
            .limit(softmax.k())
            .toList();
    double sum = 0;
    double[] distribution = new double[vocabulary];
    for (int key : nearest) {
      double weight = Math.exp(-distance(states, offset, keys[key]) / softmax.temperature());
      distribution[values[key]] += weight;
      sum += weight;
    }
    for (int v = 0; v < vocabulary; v++) {
      distribution[v] /= sum;
    }
    return distribution;
  }

  private static double distance(float[] states, int offset, float[] key) {
    double sum = 0;
    for (int i = 0; i < key.length; i++) {
      double difference = states[offset + i] - key[i];
      sum += difference * difference;
    }
    return sum;
  }
}
