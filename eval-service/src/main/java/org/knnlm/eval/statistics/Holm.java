package org.knnlm.eval.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's correction (Scandinavian Journal of Statistics 6, 1979): of many tests, the probability of
 * any false alarm stays below the level that the adjusted p-values are held against.
 */
public final class Holm {
  private Holm() {}

  /**
   * Adjusted p-values, in the order of the tests.
   *
   * @throws IllegalArgumentException for a p-value outside of 0 to 1
   */
  public static double[] adjust(double... pValues) {
    List<Integer> ascending =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(test -> pValues[test]))
            .toList();
    double[] adjusted = new double[pValues.length];
    double greatest = 0;
    for (int rank = 0; rank < pValues.length; rank++) {
      int test = ascending.get(rank);
      if (!(pValues[test] >= 0 && pValues[test] <= 1)) {
        throw new IllegalArgumentException("found the p-value " + pValues[test]);
      }
      greatest = Math.max(greatest, Math.min(1, (pValues.length - rank) * pValues[test]));
      adjusted[test] = greatest;
    }
    return adjusted;
  }
}
