package org.knnlm.eval.comparison;

import java.util.Locale;

/** Numbers as a paper prints them: shares in percent, perplexities as they are. */
final class Cells {
  private Cells() {}

  static String value(TaskMetric metric, Result result) {
    return metric.measure().isPerplexity()
        ? number("%.2f", result.value())
        : number("%.1f", 100 * result.value());
  }

  /** With its sign: percentage points of a share, percent of a perplexity. */
  static String difference(TaskMetric metric, Difference difference) {
    return number("%+.1f", inPercent(metric, difference.value()));
  }

  /** The interval of a difference. */
  static String interval(TaskMetric metric, Difference difference) {
    return number("%+.1f", inPercent(metric, difference.interval().low()))
        + ", "
        + number("%+.1f", inPercent(metric, difference.interval().high()));
  }

  private static double inPercent(TaskMetric metric, double difference) {
    return metric.measure().isPerplexity() ? difference : 100 * difference;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
