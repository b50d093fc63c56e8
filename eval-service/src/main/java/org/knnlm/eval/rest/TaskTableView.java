package org.knnlm.eval.rest;

import java.util.List;
import java.util.Map;
import org.knnlm.eval.table.TaskTable;

/** A table of tasks in JSON; a number that is not finite is null. */
public record TaskTableView(long run, String name, String model, List<Row> rows) {

  /**
   * A task under a setting.
   *
   * @param label the setting in a few words
   * @param setting null for the base model
   * @param examples that were evaluated
   * @param failed that could not be
   * @param headline name of the first metric
   * @param metrics all of them
   * @param groups the headline of each sub-task; empty in a task of one
   */
  public record Row(
      String task,
      int version,
      String label,
      SettingView setting,
      long examples,
      int failed,
      String headline,
      Map<String, Double> metrics,
      Map<String, Double> groups) {}

  static TaskTableView of(TaskTable table) {
    return new TaskTableView(
        table.run().id(),
        table.run().spec().name(),
        table.run().provenance().model().id(),
        table.rows().stream()
            .map(
                row ->
                    new Row(
                        row.task(),
                        row.version(),
                        row.label(),
                        row.setting().map(SettingView::of).orElse(null),
                        row.examples(),
                        row.failed(),
                        row.metrics().keySet().iterator().next(),
                        row.metrics(),
                        row.groups()))
            .toList());
  }
}
