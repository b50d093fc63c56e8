package org.knnlm.eval.rest;

/**
 * A neighbour of a position in JSON.
 *
 * @param rank from 1
 * @param key its number in the datastore
 * @param token its value
 * @param isTarget whether the value is the token that is scored
 * @param distance squared L2
 * @param weight what it adds to p_kNN of its value
 * @param document index of its document in the corpus; null, as line and position, when the
 *     datastore does not say
 * @param before text before the value
 * @param after text after it
 */
public record NeighbourView(
    int rank,
    long key,
    TokenView token,
    boolean isTarget,
    float distance,
    float weight,
    Long document,
    Long line,
    Long position,
    String before,
    String after) {}
