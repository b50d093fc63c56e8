package org.knnlm.embedder.embedding;

import java.util.OptionalDouble;

/**
 * How far a datastore is.
 *
 * @param documents documents read
 * @param keysDone keys written
 * @param keysTotal keys to write, 0 while they are counted
 * @param elapsedSeconds since the work began
 * @param remainingSeconds until the last key at the present rate, empty while it is unknown
 * @param keysPerSecond rate of writing, 0 while tokenizing
 */
public record Progress(
    Stage stage,
    long documents,
    long keysDone,
    long keysTotal,
    double elapsedSeconds,
    OptionalDouble remainingSeconds,
    double keysPerSecond) {

  /** That of a datastore which was made some time ago. */
  public static Progress finished(long documents, long keys) {
    return new Progress(Stage.DONE, documents, keys, keys, 0, OptionalDouble.of(0), 0);
  }
}
