package org.knnlm.eval.comparison;

/**
 * What is measured.
 *
 * @param task name of the task
 * @param version of the task
 * @param name of the metric
 * @param headline whether it is the metric that the study reports of the task
 * @param measure how it is made of the scores of examples
 */
public record TaskMetric(String task, int version, String name, boolean headline, Measure measure) {
  /** How a metric is made of the scores of examples. */
  public enum Measure {
    /** Their mean. */
    MEAN,
    /** The mean over groups of the mean of each. */
    MEAN_OF_GROUPS,
    /** Their sum over the number of examples rounded up to whole batches of 16. */
    PADDED_BATCHES,
    /** exp of their mean: they are the losses of a text's windows. */
    PERPLEXITY,
    /** exp of their mean over all targets of the windows. */
    TOKEN_PERPLEXITY;

    /** What the scores' mean is to be multiplied by. */
    double factor(int examples) {
      return this == PADDED_BATCHES ? examples / (16 * Math.ceil(examples / 16.0)) : 1;
    }

    /** Whether it is made of losses: less is better. */
    public boolean isPerplexity() {
      return this == PERPLEXITY || this == TOKEN_PERPLEXITY;
    }
  }
}
