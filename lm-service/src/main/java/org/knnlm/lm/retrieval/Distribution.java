package org.knnlm.lm.retrieval;

import java.util.Arrays;

/**
 * p_kNN of every token that has some.
 *
 * @param tokens ascending
 * @param probabilities of each, in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Distribution(int[] tokens, float[] probabilities) {
  /** No neighbours at all. */
  public static final Distribution NONE = new Distribution(new int[0], new float[0]);

  /** p_kNN of a token. */
  public float probability(int token) {
    int found = Arrays.binarySearch(tokens, token);
    return found < 0 ? 0 : probabilities[found];
  }
}
