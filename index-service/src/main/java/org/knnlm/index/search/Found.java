package org.knnlm.index.search;

import java.util.Arrays;

/**
 * What a search found, row-major {@code [queries, k]}, in the order of the index.
 *
 * @param ids positions in the datastore, -1 at the end of a row where fewer were reached
 * @param order squared L2 distances by which the index ordered them, ascending
 * @param distances squared L2 distances that count: exact ones, or the same array as {@code order}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Found(long[] ids, float[] order, float[] distances) {
  /** The elements from {@code begin} up to, not including, {@code end}. */
  Found part(int begin, int end) {
    if (begin == 0 && end == ids.length) {
      return this;
    }
    float[] ordered = Arrays.copyOfRange(order, begin, end);
    return new Found(
        Arrays.copyOfRange(ids, begin, end),
        ordered,
        distances == order ? ordered : Arrays.copyOfRange(distances, begin, end));
  }
}
