package org.knnlm.lm.retrieval;

/**
 * How much is to be told of neighbours.
 *
 * @param count how many of the k nearest
 * @param before most tokens before the value of each
 * @param after most tokens after it
 */
public record Surroundings(int count, int before, int after) {}
