package org.knnlm.index.build;

/**
 * How far a build is.
 *
 * @param stage what it is doing
 * @param keysDone keys added
 * @param keysTotal keys to add
 */
public record BuildProgress(Stage stage, long keysDone, long keysTotal) {
  /** The steps of a build, in order. */
  public enum Stage {
    TRAINING,
    ADDING,
    WRITING
  }
}
