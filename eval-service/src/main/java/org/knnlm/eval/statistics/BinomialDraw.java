package org.knnlm.eval.statistics;

/**
 * Draws from binomial distributions, in constant time also for many trials: by inversion where few
 * successes are expected, else by the transformed rejection BTRS of Hörmann (Journal of Statistical
 * Computation and Simulation 46, 1993). Logarithms are StrictMath's: the same on every machine.
 */
final class BinomialDraw {
  /** Expected successes from which BTRS is valid. */
  private static final double REJECTION_FROM = 10;

  private BinomialDraw() {}

  /**
   * The number of successes.
   *
   * @param trials 0 or more
   * @param probability of a success, 0 to 1
   */
  static int draw(SplitMix64 random, int trials, double probability) {
    if (trials == 0 || probability <= 0) {
      return 0;
    }
    if (probability >= 1) {
      return trials;
    }
    if (probability > 0.5) {
      return trials - draw(random, trials, 1 - probability);
    }
    return trials * probability < REJECTION_FROM
        ? byInversion(random, trials, probability)
        : byRejection(random, trials, probability);
  }

  private static int byInversion(SplitMix64 random, int trials, double probability) {
    double odds = probability / (1 - probability);
    double mass = StrictMath.exp(trials * StrictMath.log1p(-probability));
    double left = random.uniform() - mass;
    int successes = 0;
    while (left >= 0 && successes < trials) {
      successes++;
      mass *= odds * (trials - successes + 1) / successes;
      left -= mass;
    }
    return successes;
  }

  private static int byRejection(SplitMix64 random, int trials, double probability) {
    double deviation = Math.sqrt(trials * probability * (1 - probability));
    double b = 1.15 + 2.53 * deviation;
    double a = -0.0873 + 0.0248 * b + 0.01 * probability;
    double center = trials * probability + 0.5;
    double alpha = (2.83 + 5.1 / b) * deviation;
    double surelyIn = 0.92 - 4.2 / b;
    double odds = probability / (1 - probability);
    double mode = Math.floor((trials + 1) * probability);
    while (true) {
      double u = random.uniform() - 0.5;
      double v = random.uniform();
      double edge = 0.5 - Math.abs(u);
      double k = Math.floor((2 * a / edge + b) * u + center);
      if (edge >= 0.07 && v <= surelyIn) {
        return (int) k;
      }
      if (k < 0 || k > trials) {
        continue;
      }
      double bound =
          (mode + 0.5) * StrictMath.log((mode + 1) / (odds * (trials - mode + 1)))
              + (trials + 1) * StrictMath.log((trials - mode + 1) / (trials - k + 1))
              + (k + 0.5) * StrictMath.log(odds * (trials - k + 1) / (k + 1))
              + stirlingTail(mode)
              + stirlingTail(trials - mode)
              - stirlingTail(k)
              - stirlingTail(trials - k);
      if (StrictMath.log(v * alpha / (a / (edge * edge) + b)) <= bound) {
        return (int) k;
      }
    }
  }

  /** What Stirling's formula lacks of log k!. */
  private static double stirlingTail(double k) {
    if (k < 10) {
      double factorial = 1;
      for (int i = 2; i <= k; i++) {
        factorial *= i;
      }
      return StrictMath.log(factorial)
          - ((k + 0.5) * StrictMath.log(k + 1) - (k + 1) + 0.5 * StrictMath.log(2 * Math.PI));
    }
    double square = (k + 1) * (k + 1);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
  }
}
