package org.knnlm.index.cluster;

import java.util.List;

/** Keys of an index that no instance in reach holds. */
public final class UnreachableKeysException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnreachableKeysException(String ranges, List<String> problems) {
    super(
        "%s are held by no instance in reach%s"
            .formatted(ranges, problems.isEmpty() ? "" : " (" + String.join("; ", problems) + ")"));
  }
}
