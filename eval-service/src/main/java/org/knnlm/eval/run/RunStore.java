package org.knnlm.eval.run;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.WindowTokens;

/** Where runs and their windows are kept. Each call is one transaction. */
public interface RunStore {
  /**
   * Keeps a new run, QUEUED.
   *
   * @param repeats the run that it repeats; empty for none
   */
  Run create(RunSpec spec, Provenance provenance, OptionalLong repeats);

  /** The run of a number. */
  Optional<Run> find(long id);

  /** Runs, the newest first. */
  Page<Run> list(int page, int size);

  /** The oldest run of a text that is QUEUED or RUNNING. */
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
  boolean add(long id, ScoredWindow window, WindowTokens tokens);

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

  /** Makes a QUEUED or RUNNING run FAILED, if it is still at the attempt that it was found at. */
  void fail(Run run, String error);

  /**
   * Makes a run CANCELLED, unless it is in a final state.
   *
   * @return the run as it is now; empty without such a run
   */
  Optional<Run> cancel(long id);

  /**
   * Makes a QUEUED or RUNNING run PAUSED.
   *
   * @return the run as it is now; empty without such a run
   */
  Optional<Run> pause(long id);

  /**
   * Makes a PAUSED or FAILED run QUEUED: it goes on where it was.
   *
   * @return the run as it is now; empty without such a run
   */
  Optional<Run> resume(long id);
}
