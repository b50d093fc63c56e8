package org.knnlm.eval.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table of tasks as CSV: a line for each task, setting and metric. */
public final class TaskCsv {
  private static final List<String> HEADER =
      List.of(
          "run",
          "name",
          "model",
          "task",
          "version",
          "setting",
          "examples",
          "failed",
          "metric",
          "value");

  private TaskCsv() {}

  /** The table with a header line. */
  public static String of(TaskTable table) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    for (TaskTable.Row row : table.rows()) {
      for (Map.Entry<String, Double> metric : row.metrics().entrySet()) {
        lines.add(
            List.of(
                Long.toString(table.run().id()),
                Csv.text(table.run().spec().name()),
                Csv.text(table.run().provenance().model().id()),
                row.task(),
                Integer.toString(row.version()),
                Csv.text(row.label()),
                Long.toString(row.examples()),
                Integer.toString(row.failed()),
                metric.getKey(),
                Csv.number(metric.getValue())));
      }
    }
    return Csv.of(lines);
  }
}
