package org.knnlm.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.knnlm.eval.example.ExampleStore.Evaluated;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;
import org.knnlm.eval.task.Graded;
import org.knnlm.eval.task.Metric;
import org.knnlm.eval.task.Outcome;
import org.knnlm.eval.task.Task;
import org.knnlm.eval.task.TaskCatalog;

/** Runs of tasks as tests need them. */
public final class TaskRuns {
  private static final TaskCatalog CATALOG = new TaskCatalog(Optional.empty());

  private TaskRuns() {}

  public static RunSpec spec(List<String> tasks, Retrieval... settings) {
    return new RunSpec(
        "study",
        new Subject.Tasks(
            tasks.stream()
                .map(
                    name ->
                        task(
                            name,
                            new DataFile(name + ".jsonl", "ab"),
                            new DataFile("label.txt", "cd")))
                .toList(),
            OptionalInt.of(7)),
        List.of(settings));
  }

  /** A task of the study, as a run has it. */
  public static Subject.TaskOfRun task(String name, DataFile... files) {
    Task task = CATALOG.find(name).orElseThrow();
    return new Subject.TaskOfRun(
        name,
        task.version(),
        task.request().kind(),
        task.metrics().stream().map(Metric::name).toList(),
        task.definition(),
        List.of(files));
  }

  public static Provenance provenance(RunSpec spec) {
    return new Provenance(
        Runs.MODEL,
        "",
        spec.settings().stream().map(setting -> Optional.<DatastoreInfo>empty()).toList(),
        "0.1",
        "0123abc");
  }

  public static TaskPlan plan(int examples) {
    return new TaskPlan(List.of(new TaskPlan.Group("", 0, examples)), Optional.empty());
  }

  /** An example under as many settings as are given; each is right or not. */
  public static Evaluated done(RunSpec spec, int task, int index, boolean... right) {
    List<Outcome> outcomes = new ArrayList<>();
    for (boolean correct : right) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      spec.tasks().get(task).metrics().forEach(metric -> metrics.put(metric, correct ? 1.0 : 0.0));
      outcomes.add(
          new Outcome(
              correct ? "yes" : "no",
              correct,
              correct ? 1 : 0,
              metrics,
              new Outcome.Details(
                  Map.of("lm", List.of(1.5, Double.NaN, Double.NEGATIVE_INFINITY)),
                  Map.of("lm", 1),
                  List.of(3, 4))));
    }
    return new Evaluated.Done(index, new Graded("asked \0", "yes", outcomes), 0.5);
  }
}
