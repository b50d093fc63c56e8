package org.knnlm.lm.transformer;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Segments that go through the model together, laid one after the other without padding: the linear
 * layers see one long matrix, attention sees each sequence alone. A segment may follow one before
 * it through their cache.
 *
 * @param layers decoder layers, beside the last, whose hidden states are kept
 */
public record Batch(List<Segment> segments, Set<Integer> layers) {
  public Batch {
    segments = List.copyOf(segments);
    layers = Set.copyOf(layers);
  }

  public Batch(List<Segment> segments) {
    this(segments, Set.of());
  }

  /** Whole sequences. */
  public static Batch of(int[]... sequences) {
    return new Batch(Arrays.stream(sequences).map(Segment::whole).toList());
  }

  /** Tokens of all segments. */
  public int tokens() {
    return segments.stream().mapToInt(segment -> segment.tokenIds().length).sum();
  }

  /** All token ids, in order. */
  public long[] tokenIds() {
    return segments.stream()
        .flatMapToInt(segment -> Arrays.stream(segment.tokenIds()))
        .asLongStream()
        .toArray();
  }

  /** Tokens of each segment. */
  public long[] lengths() {
    return segments.stream().mapToLong(segment -> segment.tokenIds().length).toArray();
  }

  /** Row of each segment's first token. */
  int[] starts() {
    int[] starts = new int[segments.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + segments.get(i - 1).tokenIds().length;
    }
    return starts;
  }
}
