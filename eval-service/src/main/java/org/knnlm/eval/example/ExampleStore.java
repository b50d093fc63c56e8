package org.knnlm.eval.example;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.task.Graded;

/** Where the examples of runs are kept. Each call is one transaction. */
public interface ExampleStore {
  /** An example that was evaluated, or could not be. */
  sealed interface Evaluated {
    /** Place among the examples of the task. */
    int index();

    /** With what it came to. */
    record Done(int index, Graded graded, double seconds) implements Evaluated {}

    /** With the reason why not. */
    record Failed(int index, String error) implements Evaluated {}
  }

  /** Evaluates examples of one task. */
  @FunctionalInterface
  interface Work {
    /**
     * Evaluates them.
     *
     * @param task position of the task in its run
     * @param indices places among the examples of the task, ascending
     */
    List<Evaluated> evaluate(int task, List<Integer> indices) throws InterruptedException;
  }

  /** What a claim came to. */
  enum Claim {
    /** Examples were evaluated and are kept. */
    EVALUATED,
    /** All that are left are under way elsewhere. */
    ALL_TAKEN,
    /** None is left. */
    NONE_LEFT,
    /** The run was stopped meanwhile. */
    STOPPED
  }

  /** Runs of tasks that are QUEUED or RUNNING, the oldest first. */
  List<Run> unfinished();

  /** Keeps what a QUEUED run has to do, unless that is known, and makes it RUNNING. */
  void begin(Run run, List<TaskPlan> plans);

  /**
   * Claims a batch that nobody else has, has its examples evaluated, and keeps what they came to.
   * Which examples are in a batch does not depend on who claims when. The claim ends with the
   * transaction: when this process dies, they are free again.
   *
   * @param batch examples of a batch: one task's from a multiple of it up to the next, of which
   *     those are claimed that are PENDING
   * @throws InterruptedException of the work; the examples are free again, as after any exception
   */
  Claim next(long run, int batch, Work work) throws InterruptedException;

  /** Makes a RUNNING run DONE when no example of it is PENDING. */
  void finish(long run);

  /**
   * Makes the examples that failed PENDING, and their run QUEUED unless it is PAUSED.
   *
   * @return how many they were
   */
  int retry(long run);

  /** How far each task is, in the order of the run. */
  List<TaskProgress> progress(long run);

  /** Examples, a page of them. */
  Page<ExampleResult> examples(
      Run run, ExampleFilter filter, ExampleOrder order, int page, int size);

  /** One example; empty when the run has no such task or example. */
  Optional<ExampleResult> example(Run run, String task, int index);

  /** All examples of a task that are DONE, in order. */
  List<ExampleResult> done(Run run, String task);

  /** The sums of the metrics of the examples that are DONE. */
  List<MetricSum> sums(long run);

  /** What the text of a perplexity task holds; empty for other tasks, or until it is known. */
  Optional<TextCounts> counts(long run, int task);
}
