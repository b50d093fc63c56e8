package org.knnlm.index.build;

/**
 * How far a build is.
 *
 * @param stage what it is doing
 * @param keysDone keys that the stage has dealt with
 * @param keysTotal keys that it deals with
 */
public record BuildProgress(Stage stage, long keysDone, long keysTotal) {
  /** The steps of a build, in order. */
  public enum Stage {
    TRAINING,
    ADDING,
    WRITING,
    MEASURING
  }
}
