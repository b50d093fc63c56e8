package org.knnlm.eval.task;

/**
 * A number that a task reports for each setting.
 *
 * @param name as in the task's file and in tables
 * @param aggregation how it is made of the examples' numbers
 */
public record Metric(String name, Aggregation aggregation) {
  /** Of the numbers of the examples. */
  public enum Aggregation {
    /** Their mean. */
    MEAN,
    /** The mean over sub-tasks of the mean of each. */
    MEAN_OF_GROUPS,
    /**
     * Their sum over the number of examples rounded up to whole batches of 16, which is what the
     * reference divides by in gsm8k.
     */
    SUM_OVER_PADDED_BATCHES
  }

  /** Examples of the batches that {@link Aggregation#SUM_OVER_PADDED_BATCHES} counts. */
  public static final int BATCH = 16;
}
