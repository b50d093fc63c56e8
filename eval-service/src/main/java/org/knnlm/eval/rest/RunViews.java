package org.knnlm.eval.rest;

import jakarta.inject.Singleton;
import java.util.List;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;

/** Makes views of runs with how far they are. */
@Singleton
class RunViews {
  private final RunStore store;
  private final ExampleStore examples;

  RunViews(RunStore store, ExampleStore examples) {
    this.store = store;
    this.examples = examples;
  }

  RunView of(Run run) {
    List<TaskProgress> ofTasks = examples.progress(run.id());
    return RunView.of(run, Progress.of(run, store.work(run.id())), ofTasks);
  }
}
