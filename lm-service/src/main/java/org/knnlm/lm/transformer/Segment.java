package org.knnlm.lm.transformer;

import java.util.Optional;

/**
 * Consecutive tokens of one sequence.
 *
 * @param tokenIds at least one
 * @param position where the first of them stands in its sequence, counted from 0
 * @param cache keys and values of the positions before; empty for a sequence from its beginning
 * @param appends whether the cache takes those of this segment as well
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Segment(int[] tokenIds, int position, Optional<KvCache> cache, boolean appends) {
  public Segment {
    if (tokenIds.length == 0) {
      throw new IllegalArgumentException("a segment without tokens");
    }
    if (cache.isEmpty() && (position > 0 || appends)) {
      throw new IllegalArgumentException(
          "a segment at position %d has no cache".formatted(position));
    }
    int end = appends ? position + tokenIds.length : position;
    if (cache.isPresent() && end > cache.get().capacity()) {
      throw new IllegalArgumentException(
          "%d positions exceed a cache of %d".formatted(end, cache.get().capacity()));
    }
  }

  /** A whole sequence, nothing of which is kept. */
  public static Segment whole(int[] tokenIds) {
    return new Segment(tokenIds, 0, Optional.empty(), false);
  }

  /** What follows the first {@code position} positions of a cache, which stays as it is. */
  public static Segment after(KvCache cache, int position, int[] tokenIds) {
    return new Segment(tokenIds, position, Optional.of(cache), false);
  }

  /** What follows the first {@code position} positions of a cache, and goes into it. */
  public static Segment appending(KvCache cache, int position, int[] tokenIds) {
    return new Segment(tokenIds, position, Optional.of(cache), true);
  }
}
