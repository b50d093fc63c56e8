package org.knnlm.lm.retrieval;

import java.nio.ByteBuffer;

/**
 * Positions whose next token is asked for.
 *
 * @param hiddenStates float32 little-endian [targets, dimension]
 * @param targets the token asked for at each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Queries(ByteBuffer hiddenStates, int[] targets) {
  /** Length of a query. */
  public int dimension() {
    return hiddenStates.remaining() / Float.BYTES / targets.length;
  }
}
