package org.knnlm.index.knn;

import java.util.Arrays;

/**
 * The k nearest keys of consecutive queries, row-major {@code [queries, k]}, in the order of the
 * index. Where fewer than k keys were reached, the end of the row has id -1, distance +∞ and token
 * -1. The arrays are shared, not copied.
 */
public final class Neighbors {
  /** An id or token that is not there. */
  public static final int NONE = -1;

  /** The id of a neighbour that an {@link Oracle} put there. */
  static final int ORACLE = -2;

  private final int k;
  private final long[] ids;
  private final float[] order;
  private final float[] distances;
  private final int[] tokens;

  /**
   * @param k neighbours per query
   * @param ids positions in the datastore
   * @param order squared L2 distances by which the index ordered them
   * @param distances squared L2 distances that count: exact ones, or the same as {@code order}
   * @param tokens values: the token that followed each key
   * @throws IllegalArgumentException when the arrays are no whole rows of k
   */
  public Neighbors(int k, long[] ids, float[] order, float[] distances, int[] tokens) {
    if (k < 1
        || ids.length % k != 0
        || order.length != ids.length
        || distances.length != ids.length
        || tokens.length != ids.length) {
      throw new IllegalArgumentException(
          "arrays of %d, %d, %d and %d are no rows of %d"
              .formatted(ids.length, order.length, distances.length, tokens.length, k));
    }
    this.k = k;
    this.ids = ids;
    this.order = order;
    this.distances = distances;
    this.tokens = tokens;
  }

  /** Neighbours whose distances are those of the index. */
  public Neighbors(int k, long[] ids, float[] distances, int[] tokens) {
    this(k, ids, distances, distances, tokens);
  }

  /** Those of the queries from {@code begin} up to, not including, {@code end}. */
  public Neighbors rows(int begin, int end) {
    if (begin == 0 && end == queries()) {
      return this;
    }
    return new Neighbors(
        k,
        Arrays.copyOfRange(ids, begin * k, end * k),
        Arrays.copyOfRange(order, begin * k, end * k),
        Arrays.copyOfRange(distances, begin * k, end * k),
        Arrays.copyOfRange(tokens, begin * k, end * k));
  }

  /** Neighbours per query. */
  public int k() {
    return k;
  }

  /** Positions in the datastore. */
  public long[] ids() {
    return ids;
  }

  /** Squared L2 distances by which the index ordered them, ascending in each row. */
  public float[] order() {
    return order;
  }

  /** Squared L2 distances that count. */
  public float[] distances() {
    return distances;
  }

  /** The token that followed each key. */
  public int[] tokens() {
    return tokens;
  }

  /** Number of queries. */
  public int queries() {
    return ids.length / k;
  }
}
