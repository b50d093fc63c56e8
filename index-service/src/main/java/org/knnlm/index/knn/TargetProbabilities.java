package org.knnlm.index.knn;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * p_kNN of one token per query under any number of (k, T), from one search at the largest k.
 *
 * <p>The k nearest are the first k in the order of the index, so that every answer is the one that
 * a search at that k would have given; with exact distances that order is still the index's. The
 * sums run in double precision over weights relative to the nearest neighbour, which cannot
 * overflow and always holds one weight of 1.
 */
public final class TargetProbabilities {
  private final List<Softmax> softmaxes;
  private final int[] byK;

  /**
   * @param softmaxes the grid; the order of the results
   */
  public TargetProbabilities(List<Softmax> softmaxes) {
    if (softmaxes.isEmpty()) {
      throw new IllegalArgumentException("no (k, temperature) given");
    }
    this.softmaxes = List.copyOf(softmaxes);
    this.byK =
        IntStream.range(0, softmaxes.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> softmaxes.get(i).k()))
            .mapToInt(i -> i)
            .toArray();
  }

  /** The k to search for. */
  public int largestK() {
    return softmaxes.get(byK[byK.length - 1]).k();
  }

  /** Computes the grid for each query when no target is known to be right. */
  public float[] of(Neighbors neighbors, int[] targets) {
    return of(neighbors, targets, new BitSet());
  }

  /**
   * Computes the grid for each query.
   *
   * @param neighbors of at least {@link #largestK()} columns
   * @param targets the token asked for, one per query
   * @param right queries whose target an oracle puts among the neighbours
   * @return {@code [softmaxes, queries]}, row-major; 0 where a query reached no neighbour at all
   */
  public float[] of(Neighbors neighbors, int[] targets, BitSet right) {
    int queries = neighbors.queries();
    if (targets.length != queries || neighbors.k() < largestK()) {
      throw new IllegalArgumentException(
          "%d targets for %d queries, k = %d for a softmax over %d"
              .formatted(targets.length, queries, neighbors.k(), largestK()));
    }
    double[] temperatures =
        softmaxes.stream().mapToDouble(Softmax::temperature).distinct().toArray();
    float[] result = new float[softmaxes.size() * queries];
    IntStream.range(0, queries)
        .parallel()
        .forEach(
            q -> {
              for (double temperature : temperatures) {
                row(neighbors, q, targets[q], temperature, result);
              }
              if (right.get(q)) {
                oracles(neighbors, q, targets[q], result);
              }
            });
    return result;
  }

  private void oracles(Neighbors neighbors, int query, int target, float[] result) {
    int[] only = {target};
    for (int i = 0; i < softmaxes.size(); i++) {
      Softmax softmax = softmaxes.get(i);
      if (softmax.oracle().isPresent()) {
        Neighbors placed = softmax.oracle().get().among(neighbors, query, softmax.k(), only);
        result[i * neighbors.queries() + query] =
            new TargetProbabilities(List.of(softmax)).of(placed, only)[0];
      }
    }
  }

  /** One pass over the neighbours of a query serves every k of a temperature. */
  private void row(Neighbors neighbors, int query, int target, double temperature, float[] result) {
    int from = query * neighbors.k();
    double nearest = Double.POSITIVE_INFINITY;
    double all = 0;
    double hits = 0;
    int j = 0;
    for (int i : byK) {
      Softmax softmax = softmaxes.get(i);
      if (softmax.temperature() != temperature) {
        continue;
      }
      for (; j < softmax.k() && neighbors.ids()[from + j] != Neighbors.NONE; j++) {
        double distance = neighbors.distances()[from + j];
        if (distance < nearest) {
          double shrink = Math.exp((distance - nearest) / temperature);
          all *= shrink;
          hits *= shrink;
          nearest = distance;
        }
        double weight = Math.exp((nearest - distance) / temperature);
        all += weight;
        hits += neighbors.tokens()[from + j] == target ? weight : 0;
      }
      result[i * neighbors.queries() + query] = all == 0 ? 0 : (float) (hits / all);
    }
  }
}
