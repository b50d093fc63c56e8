package org.knnlm.eval.analysis;

import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;

/** What is known of a run is too little to be analysed. */
public final class MissingTokensException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private MissingTokensException(String message) {
    super(message);
  }

  static MissingTokensException unfinished(Run run) {
    return new MissingTokensException(
        "run %d is %s: only a run that is %s is analysed"
            .formatted(run.id(), run.state(), RunState.DONE));
  }

  static MissingTokensException older(Run run, long kept, long windows) {
    return new MissingTokensException(
        "run %d kept the tokens of %d of its %d windows: it is from before they were kept; repeat it with POST /api/runs/%d/repeat"
            .formatted(run.id(), kept, windows, run.id()));
  }
}
