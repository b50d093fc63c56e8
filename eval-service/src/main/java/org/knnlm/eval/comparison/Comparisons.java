package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.statistics.Resampling;
import org.knnlm.eval.task.Request;
import org.knnlm.eval.task.Task;

/** Compares finished runs. */
public final class Comparisons {
  private final RunStore runs;
  private final ScoreStore scores;

  public Comparisons(RunStore runs, ScoreStore scores) {
    this.runs = runs;
    this.scores = scores;
  }

  /**
   * The models of runs, held against the base model of the first run.
   *
   * @throws IncomparableRunsException when one is not DONE, or two have read different data under
   *     the same name
   */
  public Comparison compare(List<Run> compared, Resampling resampling) {
    compared.forEach(Comparisons::checkDone);
    checkData(compared);
    Map<ScoreStore.Part, ScoreStore.Scores> stored = stored(compared);
    List<Contender> contenders = new ArrayList<>();
    Map<TaskMetric, Map<Contender, TaskScores>> all = new LinkedHashMap<>();
    for (Run run : compared) {
      RunScores ofRun = RunScores.of(run, runs, task -> stored.get(new ScoreStore.Part(run, task)));
      contenders.addAll(ofRun.contenders());
      ofRun
          .scores()
          .forEach(
              (metric, ofMetric) ->
                  all.computeIfAbsent(metric, key -> new LinkedHashMap<>()).putAll(ofMetric));
    }
    return Comparison.of(contenders, all, resampling);
  }

  /** The scores of all tasks; windows follow each other, other examples are counted. */
  private Map<ScoreStore.Part, ScoreStore.Scores> stored(List<Run> compared) {
    Map<ScoreStore.Part, ScoreStore.Scores> stored = new HashMap<>();
    for (List<ScoreStore.Part> parts : byTask(compared)) {
      if (isPerplexity(parts.getFirst().of())) {
        parts.forEach(part -> stored.put(part, scores.each(part)));
      } else {
        List<ScoreStore.Scores> alike = scores.alike(parts);
        for (int i = 0; i < parts.size(); i++) {
          stored.put(parts.get(i), alike.get(i));
        }
      }
    }
    return stored;
  }

  private static boolean isPerplexity(Subject.TaskOfRun task) {
    return Task.parse(task.name() + ".yaml", task.definition()).request()
        instanceof Request.Perplexity;
  }

  private static Collection<List<ScoreStore.Part>> byTask(List<Run> compared) {
    Map<String, List<ScoreStore.Part>> byTask = new LinkedHashMap<>();
    for (Run run : compared) {
      for (int i = 0; i < run.spec().tasks().size(); i++) {
        var part = new ScoreStore.Part(run, i);
        byTask
            .computeIfAbsent(part.of().name() + " " + part.of().version(), key -> new ArrayList<>())
            .add(part);
      }
    }
    return byTask.values();
  }

  /**
   * The examples of a task that the models of runs answer differently, as right and wrong go.
   *
   * @throws IncomparableRunsException when a run has no such task, or the runs read different data
   */
  public Page<List<ExampleResult>> differing(List<Run> compared, String task, int page, int size) {
    checkData(compared);
    List<ScoreStore.Part> parts = new ArrayList<>();
    for (Run run : compared) {
      List<String> names = run.spec().tasks().stream().map(Subject.TaskOfRun::name).toList();
      if (!names.contains(task)) {
        throw new IncomparableRunsException(
            "run %d has no task \"%s\", it has %s".formatted(run.id(), task, names));
      }
      parts.add(new ScoreStore.Part(run, names.indexOf(task)));
    }
    return scores.differing(parts, page, size);
  }

  private static void checkDone(Run run) {
    if (run.state() != RunState.DONE) {
      throw new IncomparableRunsException(
          "run %d is %s: only runs that are DONE are compared".formatted(run.id(), run.state()));
    }
  }

  /** What a name stands for must be the same, or numbers side by side would mean nothing. */
  private static void checkData(List<Run> compared) {
    Map<String, Object> data = new HashMap<>();
    Map<String, Long> readBy = new HashMap<>();
    for (Run run : compared) {
      data(run)
          .forEach(
              (name, digests) -> {
                Object before = data.putIfAbsent(name, digests);
                long first = readBy.computeIfAbsent(name, key -> run.id());
                if (before != null && !before.equals(digests)) {
                  throw new IncomparableRunsException(
                      "runs %d and %d have read different data for %s"
                          .formatted(first, run.id(), name));
                }
              });
    }
  }

  private static Map<String, Object> data(Run run) {
    Map<String, Object> data = new HashMap<>();
    switch (run.spec().subject()) {
      case Subject.Text text -> data.put(text.file(), run.provenance().textSha256());
      case Subject.Tasks tasks ->
          tasks.tasks().forEach(task -> data.put(task.name() + " " + task.version(), task.files()));
    }
    return data;
  }
}
