package org.knnlm.eval.comparison;

import java.util.Arrays;
import java.util.Optional;
import org.knnlm.eval.statistics.Interval;
import org.knnlm.eval.statistics.LossDifference;
import org.knnlm.eval.statistics.McNemar;
import org.knnlm.eval.statistics.PairedDifference;
import org.knnlm.eval.statistics.Resampling;

/**
 * A model against the first one of the comparison, on the examples that both have scores of.
 *
 * @param value of a perplexity the difference in percent, else that of the metric
 * @param interval of the value
 * @param examples that both have scores of
 * @param test of right and wrong answers; empty for other scores
 * @param adjustedPValue the test's p-value corrected for all tasks by Holm's method; empty where
 *     there is no test, and for metrics that are not the headline
 */
public record Difference(
    double value,
    Interval interval,
    int examples,
    Optional<McNemar> test,
    Optional<Double> adjustedPValue) {

  static Optional<Difference> of(
      TaskMetric.Measure measure, TaskScores first, TaskScores second, Resampling resampling) {
    TaskScores ours = second.sharedWith(first);
    TaskScores theirs = first.sharedWith(second);
    int examples = ours.size();
    if (examples == 0) {
      return Optional.empty();
    }
    if (measure.isPerplexity()) {
      if (!Arrays.equals(ours.weights(), theirs.weights())) {
        return Optional.empty(); // windows of other tokens
      }
      LossDifference loss =
          LossDifference.of(theirs.scores(), ours.scores(), ours.weightsIn(measure), resampling);
      return Optional.of(
          new Difference(
              loss.percent(),
              loss.percentInterval(),
              examples,
              Optional.empty(),
              Optional.empty()));
    }
    PairedDifference paired =
        PairedDifference.of(theirs.grouped(measure), ours.grouped(measure), resampling);
    double factor = measure.factor(examples);
    return Optional.of(
        new Difference(
            factor * paired.value(),
            new Interval(factor * paired.interval().low(), factor * paired.interval().high()),
            examples,
            paired.test(),
            Optional.empty()));
  }

  Difference adjusted(double pValue) {
    return new Difference(value, interval, examples, test, Optional.of(pValue));
  }

  /** Whether Holm's test, at 5 % for all tasks together, finds that the models differ. */
  public boolean isSignificant() {
    return adjustedPValue.filter(pValue -> pValue < 0.05).isPresent();
  }
}
