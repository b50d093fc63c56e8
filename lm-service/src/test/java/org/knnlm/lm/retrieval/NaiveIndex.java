package org.knnlm.lm.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.knnlm.lm.Fixtures;

/** Exhaustive search over the keys of one datastore; remembers what it was asked. */
public final class NaiveIndex implements NeighborIndex {
  private static final int VOCABULARY = 96;

  /** A search that was done. */
  public record Asked(Search search, int queries, List<Softmax> softmaxes) {}

  public final List<Asked> asked = new ArrayList<>();
  private final Datastore datastore;
  private final float[][] keys;
  private final int[] values;

  public NaiveIndex(Datastore datastore, float[][] keys, int[] values) {
    this.datastore = datastore;
    this.keys = keys;
    this.values = values;
  }

  @Override
  public Datastore describe(String name) {
    return datastore;
  }

  @Override
  public float[][] targetProbabilities(
      Search search, Queries queries, int[] targets, List<Softmax> softmaxes) {
    asked.add(new Asked(search, queries.count(), softmaxes));
    float[][] probabilities = new float[softmaxes.size()][queries.count()];
    for (int s = 0; s < softmaxes.size(); s++) {
      for (int q = 0; q < queries.count(); q++) {
        probabilities[s][q] = (float) dense(queries, q, softmaxes.get(s))[targets[q]];
      }
    }
    return probabilities;
  }

  @Override
  public Distribution[][] distributions(Search search, Queries queries, List<Softmax> softmaxes) {
    asked.add(new Asked(search, queries.count(), softmaxes));
    var distributions = new Distribution[softmaxes.size()][queries.count()];
    for (int s = 0; s < softmaxes.size(); s++) {
      for (int q = 0; q < queries.count(); q++) {
        double[] dense = dense(queries, q, softmaxes.get(s));
        int[] tokens = IntStream.range(0, dense.length).filter(v -> dense[v] > 0).toArray();
        float[] probabilities = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
          probabilities[i] = (float) dense[tokens[i]];
        }
        distributions[s][q] = new Distribution(tokens, probabilities);
      }
    }
    return distributions;
  }

  private double[] dense(Queries queries, int query, Softmax softmax) {
    float[] states = Fixtures.floats(queries.hiddenStates());
    return distribution(states, query * queries.dimension(), softmax, VOCABULARY);
  }

  /** p_kNN of every token, for the query that begins at an offset. */
  public double[] distribution(float[] states, int offset, Softmax softmax, int vocabulary) {
    List<Integer> nearest =
        IntStream.range(0, keys.length)
            .boxed()
            .sorted(Comparator.comparingDouble(key -> distance(states, offset, keys[key])))
            .limit(softmax.k())
            .toList();
    double least = distance(states, offset, keys[nearest.getFirst()]);
    double sum = 0;
    double[] distribution = new double[vocabulary];
    for (int key : nearest) {
      double weight =
          Math.exp((least - distance(states, offset, keys[key])) / softmax.temperature());
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
