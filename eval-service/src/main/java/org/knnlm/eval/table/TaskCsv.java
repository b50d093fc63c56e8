package org.knnlm.eval.table;

import java.util.List;
import java.util.Map;

/** A table of tasks as CSV (RFC 4180): a line for each task, setting and metric. */
public final class TaskCsv {
  private static final String END = "\r\n";

  private TaskCsv() {}

  /** The table with a header line. */
  public static String of(TaskTable table) {
    var csv =
        new StringBuilder("run,name,model,task,version,setting,examples,failed,metric,value")
            .append(END);
    for (TaskTable.Row row : table.rows()) {
      for (Map.Entry<String, Double> metric : row.metrics().entrySet()) {
        csv.append(
                String.join(
                    ",",
                    List.of(
                        Long.toString(table.run().id()),
                        CsvTable.text(table.run().spec().name()),
                        CsvTable.text(table.run().provenance().model().id()),
                        row.task(),
                        Integer.toString(row.version()),
                        CsvTable.text(row.label()),
                        Long.toString(row.examples()),
                        Integer.toString(row.failed()),
                        metric.getKey(),
                        CsvTable.number(metric.getValue()))))
            .append(END);
      }
    }
    return csv.toString();
  }
}
