package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.knnlm.eval.comparison.TaskMetric.Measure;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.table.Table;
import org.knnlm.eval.task.Metric;
import org.knnlm.eval.task.Request;
import org.knnlm.eval.task.Task;

/** What the models of one run scored, by metric. */
final class RunScores {
  private final List<Contender> contenders = new ArrayList<>();
  private final Map<TaskMetric, Map<Contender, TaskScores>> scores = new LinkedHashMap<>();

  private RunScores(Run run) {
    String model = run.provenance().model().id();
    contenders.add(new Contender(run.id(), 0, model, "base"));
    for (int i = 0; i < run.spec().settings().size(); i++) {
      contenders.add(
          new Contender(run.id(), i + 1, model, Table.label(run.spec().settings().get(i))));
    }
  }

  /**
   * @param stored the scores of a task of the run, by its position
   */
  static RunScores of(Run run, RunStore runs, IntFunction<ScoreStore.Scores> stored) {
    var scores = new RunScores(run);
    switch (run.spec().subject()) {
      case Subject.Text text -> scores.addText(text, runs.windows(run.id()));
      case Subject.Tasks tasks -> {
        for (int i = 0; i < tasks.tasks().size(); i++) {
          scores.addTask(tasks.tasks().get(i), stored.apply(i));
        }
      }
    }
    return scores;
  }

  /** The base model, then the settings. */
  List<Contender> contenders() {
    return contenders;
  }

  Map<TaskMetric, Map<Contender, TaskScores>> scores() {
    return scores;
  }

  private void addText(Subject.Text text, List<ScoredWindow> windows) {
    int[] indices = windows.stream().mapToInt(ScoredWindow::window).toArray();
    double[] targets = windows.stream().mapToDouble(ScoredWindow::targets).toArray();
    for (int i = 0; i < contenders.size(); i++) {
      int model = i;
      double[] losses = windows.stream().mapToDouble(w -> w.losses().get(model)).toArray();
      addLosses(
          text.file(),
          1,
          i,
          new TaskScores(
              indices, TaskScores.ones(indices), ungrouped(indices), losses, targets, 0));
    }
  }

  private void addLosses(String task, int version, int model, TaskScores losses) {
    add(new TaskMetric(task, version, "perplexity", true, Measure.PERPLEXITY), model, losses);
    add(
        new TaskMetric(task, version, "token_weighted_perplexity", false, Measure.TOKEN_PERPLEXITY),
        model,
        losses);
  }

  private void addTask(Subject.TaskOfRun of, ScoreStore.Scores stored) {
    Task task = Task.parse(of.name() + ".yaml", of.definition());
    List<Metric> metrics = task.metrics();
    for (int model = 0; model < contenders.size(); model++) {
      int first = model * metrics.size();
      if (task.request() instanceof Request.Perplexity) {
        int targets = of.metrics().indexOf("targets");
        addLosses(
            of.name(),
            of.version(),
            model,
            new TaskScores(
                stored.examples(),
                stored.counts(),
                stored.groups(),
                column(stored, first + of.metrics().indexOf("loss")),
                column(stored, first + targets),
                stored.failed()));
      } else {
        for (int m = 0; m < metrics.size(); m++) {
          add(metric(of, metrics.get(m), m == 0), model, stored, first + m);
        }
      }
    }
  }

  private void add(TaskMetric metric, int model, ScoreStore.Scores stored, int column) {
    double[] ones = new double[stored.examples().length];
    Arrays.fill(ones, 1);
    add(
        metric,
        model,
        new TaskScores(
            stored.examples(),
            stored.counts(),
            stored.groups(),
            column(stored, column),
            ones,
            stored.failed()));
  }

  private void add(TaskMetric metric, int model, TaskScores ofModel) {
    scores
        .computeIfAbsent(metric, key -> new LinkedHashMap<>())
        .put(contenders.get(model), ofModel);
  }

  private static TaskMetric metric(Subject.TaskOfRun task, Metric metric, boolean headline) {
    return new TaskMetric(
        task.name(),
        task.version(),
        metric.name(),
        headline,
        switch (metric.aggregation()) {
          case MEAN -> Measure.MEAN;
          case MEAN_OF_GROUPS -> Measure.MEAN_OF_GROUPS;
          case SUM_OVER_PADDED_BATCHES -> Measure.PADDED_BATCHES;
        });
  }

  private static double[] column(ScoreStore.Scores stored, int column) {
    return Arrays.stream(stored.values()).mapToDouble(values -> values[column]).toArray();
  }

  private static String[] ungrouped(int[] examples) {
    return IntStream.of(examples).mapToObj(example -> "").toArray(String[]::new);
  }
}
