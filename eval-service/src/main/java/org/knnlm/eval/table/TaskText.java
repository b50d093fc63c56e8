package org.knnlm.eval.table;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A table of tasks as text, to be read in a terminal: the metrics of a task in one line. */
public final class TaskText {
  private TaskText() {}

  /** A line about the run, then a line for each row. */
  public static String of(TaskTable table) {
    int tasks = width(table.rows().stream().map(TaskTable.Row::task).toList());
    int labels = width(table.rows().stream().map(TaskTable.Row::label).toList());
    var text = new StringBuilder();
    text.append(
        "Run %d%s: %s\n\n"
            .formatted(
                table.run().id(),
                table.run().spec().name().isEmpty() ? "" : " \"" + table.run().spec().name() + "\"",
                table.run().provenance().model().id()));
    for (TaskTable.Row row : table.rows()) {
      text.append(padded(row.task(), tasks)).append("  ").append(padded(row.label(), labels));
      for (Map.Entry<String, Double> metric : row.metrics().entrySet()) {
        text.append(String.format(Locale.ROOT, "  %s %.4f", metric.getKey(), metric.getValue()));
      }
      text.append("  (%,d examples".formatted(row.examples()));
      text.append(row.failed() == 0 ? ")\n" : ", %,d failed)\n".formatted(row.failed()));
    }
    return text.toString();
  }

  private static int width(List<String> cells) {
    return cells.stream().mapToInt(cell -> cell.codePointCount(0, cell.length())).max().orElse(0);
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(width - cell.codePointCount(0, cell.length()));
  }
}
