package org.knnlm.lm.retrieval;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Positions whose next token is asked for.
 *
 * @param hiddenStates float32 little-endian [count, dimension]
 */
public record Queries(ByteBuffer hiddenStates, int count) {
  /** Length of a query. */
  public int dimension() {
    return hiddenStates.remaining() / Float.BYTES / count;
  }

  /** The queries from {@code begin} up to, not including, {@code end}. */
  public Queries part(int begin, int end) {
    int bytes = dimension() * Float.BYTES;
    ByteBuffer rows = hiddenStates.slice(begin * bytes, (end - begin) * bytes);
    return new Queries(rows.order(ByteOrder.LITTLE_ENDIAN), end - begin);
  }
}
