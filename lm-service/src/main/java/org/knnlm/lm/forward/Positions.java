package org.knnlm.lm.forward;

/**
 * A sequence and those of its positions whose outputs are wanted.
 *
 * @param positions ascending
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Positions(int[] tokenIds, int[] positions) {}
