package org.knnlm.eval.example;

/** Where an example is in its life. */
public enum ExampleState {
  /** To be evaluated, or under way. */
  PENDING,
  /** Evaluated. */
  DONE,
  /** Could not be evaluated; its error says why. */
  FAILED
}
