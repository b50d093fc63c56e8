package org.knnlm.eval.rest;

import java.util.List;
import java.util.OptionalDouble;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;

/**
 * How far a run of tasks is.
 *
 * @param examplesDone evaluated
 * @param examplesFailed could not be evaluated
 * @param examplesTotal how many there are; 0 until the data has been read
 * @param tasks the same for each task
 */
public record TaskProgressView(
    RunState state,
    int examplesDone,
    int examplesFailed,
    int examplesTotal,
    OptionalDouble examplesPerSecond,
    List<TaskProgress> tasks) {

  static TaskProgressView of(Run run, List<TaskProgress> tasks) {
    int done = tasks.stream().mapToInt(TaskProgress::done).sum();
    double seconds = tasks.stream().mapToDouble(TaskProgress::seconds).sum();
    return new TaskProgressView(
        run.state(),
        done,
        tasks.stream().mapToInt(TaskProgress::failed).sum(),
        tasks.stream().mapToInt(TaskProgress::examples).sum(),
        seconds > 0 ? OptionalDouble.of(done / seconds) : OptionalDouble.empty(),
        tasks);
  }
}
