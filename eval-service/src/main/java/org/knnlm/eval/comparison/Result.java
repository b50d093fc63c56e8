package org.knnlm.eval.comparison;

import java.util.Optional;
import org.knnlm.eval.statistics.Interval;
import org.knnlm.eval.statistics.MeanLoss;
import org.knnlm.eval.statistics.MeanScore;
import org.knnlm.eval.statistics.Resampling;

/**
 * What one model reached.
 *
 * @param value the metric: a share from 0 to 1, or a perplexity
 * @param standardError of the value; empty for a perplexity and where it cannot be told
 * @param interval of the value
 * @param examples that have a score
 * @param failed examples that have none
 * @param difference from the first model of the comparison; empty for that one, and where the two
 *     have no example in common
 */
public record Result(
    double value,
    Optional<Double> standardError,
    Interval interval,
    int examples,
    int failed,
    Optional<Difference> difference) {

  static Optional<Result> of(TaskMetric.Measure measure, TaskScores scores, Resampling resampling) {
    int examples = scores.size();
    if (examples == 0) {
      return Optional.empty();
    }
    if (measure.isPerplexity()) {
      MeanLoss loss = MeanLoss.of(scores.scores(), scores.weightsIn(measure), resampling);
      return Optional.of(
          new Result(
              loss.perplexity(),
              Optional.empty(),
              loss.perplexityInterval(),
              examples,
              scores.failed(),
              Optional.empty()));
    }
    MeanScore mean = MeanScore.of(scores.grouped(measure), resampling);
    double factor = measure.factor(examples);
    return Optional.of(
        new Result(
            factor * mean.value(),
            Optional.of(factor * mean.standardError()).filter(Double::isFinite),
            new Interval(factor * mean.interval().low(), factor * mean.interval().high()),
            examples,
            scores.failed(),
            Optional.empty()));
  }

  Result with(Optional<Difference> change) {
    return new Result(value, standardError, interval, examples, failed, change);
  }
}
