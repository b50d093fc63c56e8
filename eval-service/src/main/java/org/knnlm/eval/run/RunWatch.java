package org.knnlm.eval.run;

import java.util.List;

/** Whoever watches the work on runs; told on the threads that do it. */
public interface RunWatch {
  /** What is scored or evaluated. */
  enum Item {
    /** Of a text. */
    WINDOW,
    /** Of a task. */
    EXAMPLE
  }

  /** Something that goes on until it is closed, on one thread. */
  interface Watched extends AutoCloseable {
    @Override
    void close();
  }

  /** Work on a run. */
  Watched run(long id);

  /**
   * A call of the model for some items together.
   *
   * @param items places among those of the text or task
   */
  Watched batch(long run, Item item, List<Integer> items);

  /** An item is done. */
  void done(Item item, double seconds);

  /** An item could not be evaluated. */
  void failed(Item item);

  /** Work stands still until something answers: a service, or the database. */
  Watched waiting(String lacking);
}
