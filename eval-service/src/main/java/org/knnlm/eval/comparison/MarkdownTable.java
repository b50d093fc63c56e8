package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The headline metrics as a Markdown table: tasks as rows, models side by side. */
public final class MarkdownTable {
  private static final String NOTE =
      """

      Shares in percent; behind them the difference to the first model with its 95 % interval: percentage points of a
      share, percent of a perplexity. * differs at 5 % by McNemar's exact test, corrected by Holm's method for all tasks.
      """;

  private MarkdownTable() {}

  /** The table. */
  public static String of(Comparison comparison) {
    List<String> header = new ArrayList<>(List.of("task", "metric", "n"));
    comparison
        .contenders()
        .forEach(contender -> header.add(text(ColumnNames.of(contender, comparison))));
    var table = new StringBuilder();
    line(table, header);
    line(table, header.stream().map(name -> header.indexOf(name) < 2 ? "---" : "---:").toList());
    for (Comparison.Row row : comparison.rows()) {
      if (row.metric().headline()) {
        line(table, cells(row));
      }
    }
    return table.append(NOTE).toString();
  }

  private static List<String> cells(Comparison.Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(text(row.metric().task()));
    cells.add(text(row.metric().name()));
    cells.add(
        row.results().stream()
            .flatMap(Optional::stream)
            .map(result -> Integer.toString(result.examples()))
            .distinct()
            .collect(Collectors.joining("/")));
    for (Optional<Result> result : row.results()) {
      cells.add(result.map(found -> cell(row.metric(), found)).orElse(""));
    }
    return cells;
  }

  private static String cell(TaskMetric metric, Result result) {
    String value = Cells.value(metric, result);
    return result
        .difference()
        .map(
            difference ->
                "%s%s %s [%s]"
                    .formatted(
                        value,
                        difference.isSignificant() ? "*" : "",
                        Cells.difference(metric, difference),
                        Cells.interval(metric, difference)))
        .orElse(value);
  }

  private static void line(StringBuilder table, List<String> cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String text(String value) {
    return value.replaceAll("[\\\\|*_`<\\[\\]]", "\\\\$0").replaceAll("\\s+", " ");
  }
}
