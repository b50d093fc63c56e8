package org.knnlm.index.build;

/** Whoever is told of a build, on the building thread. */
public interface BuildListener {
  /** How long it will take, before its first step. */
  void forecast(Forecast forecast);

  /** A step forward. */
  void progress(BuildProgress progress);
}
