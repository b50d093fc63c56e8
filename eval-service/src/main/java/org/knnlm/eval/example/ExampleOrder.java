package org.knnlm.eval.example;

/**
 * In which order examples are wanted.
 *
 * @param by what they are put in order by; examples alike in it stay in the order of tasks and
 *     indices
 * @param descending whether the greatest come first
 */
public record ExampleOrder(By by, boolean descending) {
  /** What examples are put in order by; those without it come last. */
  public enum By {
    /** Their place in the run. */
    INDEX,
    /** The headline score of the setting that the filter names, else of the base model. */
    SCORE,
    /** What that setting scores more than the base model. */
    GAIN,
    /** The time that they took. */
    SECONDS
  }

  /** As they are in the run. */
  public static final ExampleOrder OF_RUN = new ExampleOrder(By.INDEX, false);
}
