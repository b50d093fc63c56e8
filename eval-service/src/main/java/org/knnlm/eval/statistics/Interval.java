package org.knnlm.eval.statistics;

/** A confidence interval. */
public record Interval(double low, double high) {
  /** Whether a value lies in it. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
