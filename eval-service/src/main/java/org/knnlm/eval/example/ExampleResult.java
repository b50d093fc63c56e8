package org.knnlm.eval.example;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.task.Outcome;

/**
 * An example of a run.
 *
 * @param run number of the run
 * @param task name of the task
 * @param index place among the examples of the task, from 0
 * @param group sub-task; empty in a task of one
 * @param state where it is
 * @param error why it failed; empty otherwise
 * @param prompt what was asked; empty unless DONE
 * @param expected the right answer; empty unless DONE
 * @param options to choose among; empty where there are none, where they are not known, and unless
 *     DONE
 * @param outcomes of the base model, then of each retrieval setting; empty unless DONE
 * @param seconds its share of the time that its batch took; 0 unless DONE
 */
public record ExampleResult(
    long run,
    String task,
    int index,
    String group,
    ExampleState state,
    Optional<String> error,
    String prompt,
    String expected,
    List<String> options,
    List<Outcome> outcomes,
    double seconds) {}
