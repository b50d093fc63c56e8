package org.knnlm.eval.run;

/**
 * Where a run is in its life: QUEUED, then RUNNING, then one of the last three; PAUSED in between,
 * and QUEUED after that.
 */
public enum RunState {
  /** Waits for its turn. */
  QUEUED,
  /** Under way, or about to be taken up again after a restart. */
  RUNNING,
  /** Waits for somebody to resume it. */
  PAUSED,
  /** All windows are scored, or all examples evaluated but for those that failed. */
  DONE,
  /** Given up; the run's error says why. */
  FAILED,
  /** Stopped on request. */
  CANCELLED;

  /** Whether it will stay so. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RUNNING, PAUSED -> false;
      case DONE, FAILED, CANCELLED -> true;
    };
  }
}
