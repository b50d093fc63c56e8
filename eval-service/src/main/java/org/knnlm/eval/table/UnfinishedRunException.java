package org.knnlm.eval.table;

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
}
