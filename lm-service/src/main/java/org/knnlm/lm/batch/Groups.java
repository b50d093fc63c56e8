package org.knnlm.lm.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** Cuts the wishes of a request into pieces of a pass. */
public final class Groups {
  private Groups() {}

  /**
   * Consecutive groups of at most so many tokens; an item that has more is a group of its own.
   *
   * @param tokens of an item
   */
  public static <T> List<List<T>> of(List<T> items, ToIntFunction<T> tokens, int maxTokens) {
    List<List<T>> groups = new ArrayList<>();
    int sum = 0;
    for (T item : items) {
      int own = tokens.applyAsInt(item);
      if (groups.isEmpty() || sum + own > maxTokens) {
        groups.add(new ArrayList<>());
        sum = 0;
      }
      groups.getLast().add(item);
      sum += own;
    }
    return groups;
  }
}
