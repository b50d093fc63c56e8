package org.knnlm.eval.analysis;

/**
 * The best of many settings on one split, reported on another: what an honest choice of (k, T,
 * lambda) reaches.
 *
 * @param setting index of the chosen one; of equals the first
 * @param chosenAt its result on the split of the choice
 * @param reported its result on the other split
 * @param attainable the best result of any setting on that other split, which no honest choice
 *     could know
 */
public record SettingChoice(int setting, double chosenAt, double reported, double attainable) {
  /** Which result is better. */
  public enum Better {
    /** Accuracies. */
    HIGHER,
    /** Losses. */
    LOWER;

    private double best(double one, double other) {
      return this == HIGHER ? Math.max(one, other) : Math.min(one, other);
    }
  }

  /**
   * Chooses.
   *
   * @param choice result of each setting on the split of the choice
   * @param report of each setting on the other split
   * @throws IllegalArgumentException when they are not as many, none, or one is not finite
   */
  public static SettingChoice of(double[] choice, double[] report, Better better) {
    if (choice.length == 0 || choice.length != report.length) {
      throw new IllegalArgumentException(
          "results of %d settings on one split, of %d on the other"
              .formatted(choice.length, report.length));
    }
    int best = 0;
    double attainable = report[0];
    for (int i = 0; i < choice.length; i++) {
      if (!Double.isFinite(choice[i]) || !Double.isFinite(report[i])) {
        throw new IllegalArgumentException(
            "setting %d: results %s and %s".formatted(i, choice[i], report[i]));
      }
      if (choice[i] != choice[best] && better.best(choice[i], choice[best]) == choice[i]) {
        best = i;
      }
      attainable = better.best(attainable, report[i]);
    }
    return new SettingChoice(best, choice[best], report[best], attainable);
  }
}
