package org.knnlm.eval.example;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which examples of a run are wanted.
 *
 * @param task name of a task; empty for all
 * @param group a sub-task; empty for all
 * @param state a state; empty for all
 * @param setting the setting that {@code correct} and {@code changed} are about: 0 for the base
 *     model, i for the i-th retrieval setting
 * @param correct whether that setting is right; empty for both
 * @param changed whether that setting is right where the base model is not, or the other way round;
 *     empty for both
 */
public record ExampleFilter(
    Optional<String> task,
    Optional<String> group,
    Optional<ExampleState> state,
    OptionalInt setting,
    Optional<Boolean> correct,
    Optional<Boolean> changed) {

  /** All examples. */
  public static final ExampleFilter ALL =
      new ExampleFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty());
}
