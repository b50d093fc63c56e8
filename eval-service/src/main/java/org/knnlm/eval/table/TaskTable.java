package org.knnlm.eval.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.MetricSum;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Perplexity;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.Metric;
import org.knnlm.eval.task.Outcome;
import org.knnlm.eval.task.Request;
import org.knnlm.eval.task.Task;

/**
 * The result of a finished run of tasks, over the examples that could be evaluated.
 *
 * @param run which run
 * @param rows for each task, the base model's, then each setting's
 */
public record TaskTable(Run run, List<Row> rows) {

  /**
   * A task under one setting.
   *
   * @param task its name
   * @param version of the task
   * @param setting how it retrieves; empty for the base model
   * @param examples that were evaluated
   * @param failed that could not be
   * @param metrics its values, the headline first; NaN when no example was evaluated
   * @param groups the headline's mean in each sub-task; empty in a task of one
   */
  public record Row(
      String task,
      int version,
      Optional<Retrieval> setting,
      long examples,
      int failed,
      Map<String, Double> metrics,
      Map<String, Double> groups) {

    /** The setting in a few words. */
    public String label() {
      return setting.map(Table::label).orElse("base");
    }
  }

  /**
   * The table of a run.
   *
   * @throws UnfinishedRunException when the run is not DONE
   */
  public static TaskTable of(Run run, ExampleStore store) {
    List<TaskProgress> progress = store.progress(run.id());
    if (run.state() != RunState.DONE) {
      throw new UnfinishedRunException(run, progress);
    }
    List<MetricSum> sums = store.sums(run.id());
    List<Row> rows = new ArrayList<>();
    for (int t = 0; t < progress.size(); t++) {
      Subject.TaskOfRun of = run.spec().tasks().get(t);
      Task task = Task.parse(of.name() + ".yaml", of.definition());
      int position = t;
      List<MetricSum> ofTask = sums.stream().filter(sum -> sum.task() == position).toList();
      for (int column = 0; column <= run.spec().settings().size(); column++) {
        Map<String, Double> metrics =
            task.request() instanceof Request.Perplexity perplexity
                ? perplexity(run, t, perplexity, column, store)
                : metrics(task, ofTask, column);
        rows.add(
            new Row(
                of.name(),
                of.version(),
                column == 0 ? Optional.empty() : Optional.of(run.spec().settings().get(column - 1)),
                progress.get(t).done(),
                progress.get(t).failed(),
                metrics,
                groups(ofTask, column * task.metrics().size())));
      }
    }
    return new TaskTable(run, rows);
  }

  private static Map<String, Double> metrics(Task task, List<MetricSum> sums, int column) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int m = 0; m < task.metrics().size(); m++) {
      int place = column * task.metrics().size() + m;
      metrics.put(
          task.metrics().get(m).name(),
          aggregate(
              task.metrics().get(m).aggregation(),
              sums.stream().filter(sum -> sum.place() == place).toList()));
    }
    return metrics;
  }

  static double aggregate(Metric.Aggregation aggregation, List<MetricSum> groups) {
    double sum = groups.stream().mapToDouble(MetricSum::sum).sum();
    long count = groups.stream().mapToLong(MetricSum::count).sum();
    return switch (aggregation) {
      case MEAN -> sum / count;
      case MEAN_OF_GROUPS ->
          groups.stream()
              .mapToDouble(group -> group.sum() / group.count())
              .average()
              .orElse(Double.NaN);
      case SUM_OVER_PADDED_BATCHES -> sum / (Math.ceilDiv(count, Metric.BATCH) * Metric.BATCH);
    };
  }

  private static Map<String, Double> groups(List<MetricSum> sums, int place) {
    Map<String, Double> groups = new LinkedHashMap<>();
    sums.stream()
        .filter(sum -> sum.place() == place && !sum.group().isEmpty())
        .forEach(sum -> groups.put(sum.group(), sum.sum() / sum.count()));
    return groups;
  }

  private static Map<String, Double> perplexity(
      Run run, int task, Request.Perplexity request, int column, ExampleStore store) {
    List<ScoredWindow> windows =
        store.done(run, run.spec().tasks().get(task).name()).stream()
            .map(TaskTable::window)
            .toList();
    TextCounts counts = store.counts(run.id(), task).orElseThrow();
    Perplexity perplexity = Perplexity.of(request.protocol(), counts, windows, column);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("perplexity", perplexity.perplexity());
    metrics.put("loss", perplexity.loss());
    metrics.put("word_perplexity", perplexity.wordPerplexity());
    metrics.put("uncut_word_perplexity", perplexity.uncutWordPerplexity());
    metrics.put("token_weighted_loss", perplexity.tokenWeightedLoss());
    metrics.put("token_weighted_perplexity", perplexity.tokenWeightedPerplexity());
    return metrics;
  }

  private static ScoredWindow window(ExampleResult example) {
    List<Outcome> outcomes = example.outcomes();
    int targets = outcomes.getFirst().metrics().get("targets").intValue();
    return new ScoredWindow(
        example.index(),
        0,
        targets,
        targets,
        outcomes.stream().map(Outcome::score).toList(),
        example.seconds());
  }
}
