package org.knnlm.index.knn;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * p_kNN of every token that a query's neighbours have, under any number of (k, T), from one search
 * at the largest k. The k nearest are those of {@link TargetProbabilities}, and so are the numbers.
 */
public final class TokenDistributions {
  private final List<Softmax> softmaxes;

  /**
   * @param softmaxes the grid, one at least; the order of the results
   */
  public TokenDistributions(List<Softmax> softmaxes) {
    this.softmaxes = List.copyOf(softmaxes);
  }

  /**
   * Distributions of consecutive queries.
   *
   * @param offsets {@code [queries + 1]}: where each query's tokens begin, and the end
   * @param tokens ascending within a query
   * @param probabilities {@code [softmaxes][tokens]}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Sparse(int[] offsets, int[] tokens, float[][] probabilities) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(int[] tokens, float[][] probabilities) {}

  /** The k to search for. */
  public int largestK() {
    return softmaxes.stream().mapToInt(Softmax::k).max().orElseThrow();
  }

  /** Computes the grid for each query when no token is known to be right. */
  public Sparse of(Neighbors neighbors) {
    return of(neighbors, Collections.nCopies(neighbors.queries(), new int[0]));
  }

  /**
   * Computes the grid for each query.
   *
   * @param neighbors of at least {@link #largestK()} columns
   * @param right of each query the tokens that an oracle puts among its neighbours, at most as many
   *     as the least k
   */
  public Sparse of(Neighbors neighbors, List<int[]> right) {
    if (neighbors.k() < largestK()) {
      throw new IllegalArgumentException(
          "k = %d for a softmax over %d".formatted(neighbors.k(), largestK()));
    }
    Row[] rows =
        IntStream.range(0, neighbors.queries())
            .parallel()
            .mapToObj(query -> row(neighbors, query, right.get(query)))
            .toArray(Row[]::new);
    int[] offsets = new int[rows.length + 1];
    for (int i = 0; i < rows.length; i++) {
      offsets[i + 1] = offsets[i] + rows[i].tokens.length;
    }
    int[] tokens = new int[offsets[rows.length]];
    float[][] probabilities = new float[softmaxes.size()][tokens.length];
    for (int i = 0; i < rows.length; i++) {
      int length = rows[i].tokens.length;
      System.arraycopy(rows[i].tokens, 0, tokens, offsets[i], length);
      for (int s = 0; s < probabilities.length; s++) {
        System.arraycopy(rows[i].probabilities[s], 0, probabilities[s], offsets[i], length);
      }
    }
    return new Sparse(offsets, tokens, probabilities);
  }

  private Row row(Neighbors neighbors, int query, int[] right) {
    int from = query * neighbors.k();
    int reached = reached(neighbors, from, largestK());
    int[] tokens =
        IntStream.concat(
                Arrays.stream(neighbors.tokens(), from, from + reached),
                hasOracle() ? Arrays.stream(right) : IntStream.empty())
            .sorted()
            .distinct()
            .toArray();
    return new Row(
        tokens,
        softmaxes.stream()
            .map(softmax -> probabilities(neighbors, query, right, softmax, tokens))
            .toArray(float[][]::new));
  }

  private boolean hasOracle() {
    return softmaxes.stream().anyMatch(softmax -> softmax.oracle().isPresent());
  }

  private static int reached(Neighbors neighbors, int from, int most) {
    int reached = 0;
    while (reached < most && neighbors.ids()[from + reached] != Neighbors.NONE) {
      reached++;
    }
    return reached;
  }

  private static float[] probabilities(
      Neighbors neighbors, int query, int[] right, Softmax softmax, int[] tokens) {
    if (right.length > 0 && softmax.oracle().isPresent()) {
      Neighbors placed = softmax.oracle().get().among(neighbors, query, softmax.k(), right);
      return probabilities(placed, 0, reached(placed, 0, softmax.k()), softmax, tokens);
    }
    int from = query * neighbors.k();
    return probabilities(neighbors, from, reached(neighbors, from, softmax.k()), softmax, tokens);
  }

  private static float[] probabilities(
      Neighbors neighbors, int from, int k, Softmax softmax, int[] tokens) {
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = from; i < from + k; i++) {
      nearest = Math.min(nearest, neighbors.distances()[i]);
    }
    double[] weights = new double[tokens.length];
    double all = 0;
    for (int i = from; i < from + k; i++) {
      double weight = Math.exp((nearest - neighbors.distances()[i]) / softmax.temperature());
      weights[Arrays.binarySearch(tokens, neighbors.tokens()[i])] += weight;
      all += weight;
    }
    float[] probabilities = new float[tokens.length];
    for (int t = 0; t < tokens.length; t++) {
      probabilities[t] = all == 0 ? 0 : (float) (weights[t] / all);
    }
    return probabilities;
  }
}
