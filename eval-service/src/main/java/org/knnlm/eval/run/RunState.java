package org.knnlm.eval.run;

/** Where a run is in its life: QUEUED, then RUNNING, then one of the others. */
public enum RunState {
  /** Waits for its turn. */
  QUEUED,
  /** Under way, or about to be taken up again after a restart. */
  RUNNING,
  /** All windows are scored. */
  DONE,
  /** Given up; the run's error says why. */
  FAILED,
  /** Stopped on request. */
  CANCELLED;

  /** Whether it will stay so. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RUNNING -> false;
      case DONE, FAILED, CANCELLED -> true;
    };
  }
}
