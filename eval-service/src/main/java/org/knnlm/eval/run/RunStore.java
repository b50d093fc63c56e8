package org.knnlm.eval.run;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.ScoredWindow;

/** Where runs and their windows are kept. Each call is one transaction. */
public interface RunStore {
  /** Keeps a new run, QUEUED. */
  Run create(RunSpec spec, Provenance provenance);

  /** The run of a number. */
  Optional<Run> find(long id);

  /** Runs, the newest first. */
  Page<Run> list(int page, int size);

  /** The oldest run that is not in a final state. */
  Optional<Run> nextUnfinished();

  /** Makes a QUEUED run RUNNING. */
  void begin(long id);

  /** Keeps what a run has to do. */
  void plan(long id, Plan plan);

  /**
   * Keeps a window.
   *
   * @return false, and nothing is kept, when the run is no longer RUNNING
   */
  boolean add(long id, ScoredWindow window);

  /** Indices of the windows that are kept. */
  BitSet windowsDone(long id);

  /** What has been done. */
  Progress.Work work(long id);

  /** All windows that are kept, in order. */
  List<ScoredWindow> windows(long id);

  /** Windows that are kept, in order, a page of them. */
  Page<ScoredWindow> windows(long id, int page, int size);

  /** Makes a RUNNING run DONE. */
  void finish(long id);

  /** Makes a RUNNING run FAILED. */
  void fail(long id, String error);

  /**
   * Makes a run CANCELLED, unless it is in a final state.
   *
   * @return the run as it is now; empty without such a run
   */
  Optional<Run> cancel(long id);
}
