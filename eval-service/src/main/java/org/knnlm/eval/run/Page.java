package org.knnlm.eval.run;

import java.util.List;
import java.util.function.Function;

/**
 * A page of a longer list.
 *
 * @param items of this page
 * @param page its number, from 0
 * @param size most items on a page
 * @param total items on all pages
 */
public record Page<T>(List<T> items, int page, int size, long total) {
  /** The same page of other things. */
  public <R> Page<R> map(Function<T, R> change) {
    return new Page<>(items.stream().map(change).toList(), page, size, total);
  }
}
