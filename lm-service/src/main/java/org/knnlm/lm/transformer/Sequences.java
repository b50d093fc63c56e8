package org.knnlm.lm.transformer;

import java.util.ArrayList;
import java.util.List;

/**
 * Token sequences that go through the model together, laid one after the other without padding: the
 * linear layers see one long matrix, attention sees each sequence alone.
 */
public record Sequences(List<int[]> tokenIds) {
  /**
   * Tokens of a group: more would not make the matrix products faster, only let other callers wait
   * longer.
   */
  private static final int GROUP_TOKENS = 1024;

  public Sequences {
    tokenIds = List.copyOf(tokenIds);
  }

  /** Tokens of all sequences. */
  public int tokens() {
    return tokenIds.stream().mapToInt(ids -> ids.length).sum();
  }

  /** All token ids, in order. */
  public long[] concatenated() {
    return tokenIds.stream().flatMapToInt(java.util.Arrays::stream).asLongStream().toArray();
  }

  /** Tokens of each sequence. */
  public long[] lengths() {
    return tokenIds.stream().mapToLong(ids -> ids.length).toArray();
  }

  /** Row of each sequence's first token. */
  int[] starts() {
    int[] starts = new int[tokenIds.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + tokenIds.get(i - 1).length;
    }
    return starts;
  }

  /**
   * Cuts a list into consecutive groups that go through the model together; a sequence that fills
   * one is a group of its own.
   */
  public static List<Sequences> grouped(List<int[]> tokenIds) {
    return grouped(tokenIds, GROUP_TOKENS);
  }

  static List<Sequences> grouped(List<int[]> tokenIds, int maxTokens) {
    List<Sequences> groups = new ArrayList<>();
    List<int[]> group = new ArrayList<>();
    long tokens = 0;
    for (int[] ids : tokenIds) {
      if (!group.isEmpty() && tokens + ids.length > maxTokens) {
        groups.add(new Sequences(group));
        group.clear();
        tokens = 0;
      }
      group.add(ids);
      tokens += ids.length;
    }
    if (!group.isEmpty()) {
      groups.add(new Sequences(group));
    }
    return groups;
  }
}
