package org.knnlm.lm.retrieval;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
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
      Search search, Queries queries, int[] targets, BitSet right, List<Softmax> softmaxes) {
    asked.add(new Asked(search, queries.count(), softmaxes));
    float[][] probabilities = new float[softmaxes.size()][queries.count()];
    for (int s = 0; s < softmaxes.size(); s++) {
      for (int q = 0; q < queries.count(); q++) {
        int[] known = right.get(q) ? new int[] {targets[q]} : new int[0];
        probabilities[s][q] = (float) dense(queries, q, softmaxes.get(s), known)[targets[q]];
      }
    }
    return probabilities;
  }

  @Override
  public Distribution[][] distributions(
      Search search, Queries queries, List<int[]> right, List<Softmax> softmaxes) {
    asked.add(new Asked(search, queries.count(), softmaxes));
    var distributions = new Distribution[softmaxes.size()][queries.count()];
    for (int s = 0; s < softmaxes.size(); s++) {
      for (int q = 0; q < queries.count(); q++) {
        int[] known = right.isEmpty() ? new int[0] : right.get(q);
        double[] dense = dense(queries, q, softmaxes.get(s), known);
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

  /** Of one search: keys have no text here. */
  @Override
  public List<List<Neighbor>> neighbors(
      Search search, Queries queries, Softmax softmax, Surroundings surroundings) {
    float[] states = Fixtures.floats(queries.hiddenStates());
    List<List<Neighbor>> all = new ArrayList<>();
    for (int q = 0; q < queries.count(); q++) {
      int offset = q * queries.dimension();
      all.add(
          IntStream.range(0, keys.length)
              .mapToObj(
                  key ->
                      new Neighbor(
                          key,
                          values[key],
                          (float) distance(states, offset, keys[key]),
                          0,
                          new int[0],
                          new int[0],
                          Optional.empty()))
              .sorted(Comparator.comparingDouble(Neighbor::distance))
              .limit(surroundings.count())
              .toList());
    }
    return all;
  }

  private double[] dense(Queries queries, int query, Softmax softmax, int[] right) {
    float[] states = Fixtures.floats(queries.hiddenStates());
    return distribution(states, query * queries.dimension(), softmax, VOCABULARY, right);
  }

  private record Near(double distance, int token) {}

  /** p_kNN of every token, for the query that begins at an offset. */
  public double[] distribution(
      float[] states, int offset, Softmax softmax, int vocabulary, int... right) {
    List<Near> nearest =
        IntStream.range(0, keys.length)
            .mapToObj(key -> new Near(distance(states, offset, keys[key]), values[key]))
            .sorted(Comparator.comparingDouble(Near::distance))
            .limit(softmax.k())
            .collect(Collectors.toCollection(ArrayList::new));
    if (softmax.oracle().isPresent() && right.length > 0) {
      double place =
          switch (softmax.oracle().get()) {
            case Oracle.Rank(int rank) -> nearest.get(rank - 1).distance();
            case Oracle.Distance(float distance) -> distance;
          };
      for (int token : right) {
        nearest.removeLast();
        nearest.addFirst(new Near(place, token));
      }
    }
    double least = nearest.stream().mapToDouble(Near::distance).min().orElseThrow();
    double sum = 0;
    double[] distribution = new double[vocabulary];
    for (Near neighbor : nearest) {
      double weight = Math.exp((least - neighbor.distance()) / softmax.temperature());
      distribution[neighbor.token()] += weight;
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
