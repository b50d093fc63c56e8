package org.knnlm.eval.comparison;

import java.util.List;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.Subject;

/** Where the scores of runs are read. */
public interface ScoreStore {
  /**
   * The scores of the examples of a task.
   *
   * @param examples numbers of those that are DONE, ascending; one may stand for several
   * @param counts for how many each stands
   * @param groups sub-task of each
   * @param values of each example: all metrics of the base model in their order, then those of each
   *     setting
   * @param failed how many FAILED
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Scores(int[] examples, int[] counts, String[] groups, double[][] values, int failed) {}

  /**
   * A task in a run.
   *
   * @param run the run
   * @param task position of the task in it
   */
  record Part(Run run, int task) {
    /** The task. */
    Subject.TaskOfRun of() {
      return run.spec().tasks().get(task);
    }
  }

  /** The scores of a task, each example for itself. */
  Scores each(Part part);

  /**
   * The scores of a task in several runs. Of examples of a group that have the same scores in every
   * run, or none there, the first stands for all: in all runs the same.
   *
   * @param parts the same task in each run
   */
  List<Scores> alike(List<Part> parts);

  /**
   * Examples of which some model of some run is right and another is wrong, of those that all runs
   * have evaluated.
   *
   * @param parts the same task in each run
   * @return for each example what each run made of it
   */
  Page<List<ExampleResult>> differing(List<Part> parts, int page, int size);
}
