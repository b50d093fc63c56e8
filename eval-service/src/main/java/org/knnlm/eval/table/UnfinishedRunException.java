package org.knnlm.eval.table;

import java.util.List;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Run;

/** A table was asked for that does not exist, or not yet. */
public final class UnfinishedRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnfinishedRunException(Run run, int windowsDone) {
    super(
        "run %d is %s with %d of %s windows: it has no table%s"
            .formatted(
                run.id(),
                run.state(),
                windowsDone,
                run.plan().map(Plan::windows).map(String::valueOf).orElse("unknown"),
                run.error().map(error -> " (" + error + ")").orElse("")));
  }

  UnfinishedRunException(Run run, List<TaskProgress> progress) {
    super(
        "run %d is %s with %d of %d examples: it has no table%s"
            .formatted(
                run.id(),
                run.state(),
                progress.stream().mapToInt(task -> task.done() + task.failed()).sum(),
                progress.stream().mapToInt(TaskProgress::examples).sum(),
                run.error().map(error -> " (" + error + ")").orElse("")));
  }
}
