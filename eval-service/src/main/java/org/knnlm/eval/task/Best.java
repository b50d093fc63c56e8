package org.knnlm.eval.task;

import java.util.List;

/** The best of a list; of equals the first, and NaN is better than anything, as in numpy. */
final class Best {
  private Best() {}

  static int greatest(List<Double> values) {
    int best = 0;
    for (int i = 1; i < values.size() && !Double.isNaN(values.get(best)); i++) {
      double value = values.get(i);
      if (value > values.get(best) || Double.isNaN(value)) {
        best = i;
      }
    }
    return best;
  }

  static int least(List<Double> values) {
    return greatest(values.stream().map(value -> -value).toList());
  }
}
