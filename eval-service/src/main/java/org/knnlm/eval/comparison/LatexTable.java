package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The headline metrics as a LaTeX table (package booktabs): tasks as rows, base and kNN-LM side by
 * side.
 */
public final class LatexTable {
  private LatexTable() {}

  /** The table, from {@code \begin{table}} on. */
  public static String of(Comparison comparison) {
    int columns = comparison.contenders().size();
    var table = new StringBuilder();
    table.append("% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n");
    table.append("\\begin{tabular}{ll").append("r".repeat(columns)).append("}\n\\toprule\n");
    List<String> header = new ArrayList<>(List.of("Task", "Metric"));
    comparison
        .contenders()
        .forEach(contender -> header.add(text(ColumnNames.of(contender, comparison))));
    line(table, header);
    table.append("\\midrule\n");
    for (Comparison.Row row : comparison.rows()) {
      if (row.metric().headline()) {
        line(table, cells(row));
      }
    }
    return table
        .append("\\bottomrule\n\\end{tabular}\n")
        .append("\\caption{Shares in \\%, and perplexities. In parentheses the difference to the")
        .append(" first model in percentage points, of perplexities in \\%. $^*$: the models")
        .append(" differ at 5\\,\\% by McNemar's exact test with Holm's correction over tasks.}\n")
        .append("\\end{table}\n")
        .toString();
  }

  private static List<String> cells(Comparison.Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(text(row.metric().task()));
    cells.add(text(row.metric().name()));
    for (Optional<Result> result : row.results()) {
      cells.add(result.map(found -> cell(row.metric(), found)).orElse("--"));
    }
    return cells;
  }

  private static String cell(TaskMetric metric, Result result) {
    String value = Cells.value(metric, result);
    return result
        .difference()
        .map(
            difference ->
                "%s%s ($%s$)"
                    .formatted(
                        value,
                        difference.isSignificant() ? "$^*$" : "",
                        Cells.difference(metric, difference)))
        .orElse(value);
  }

  private static void line(StringBuilder table, List<String> cells) {
    table.append(String.join(" & ", cells)).append(" \\\\\n");
  }

  static String text(String value) {
    var text = new StringBuilder();
    for (char c : value.replaceAll("\\s+", " ").toCharArray()) {
      text.append(
          switch (c) {
            case '&', '%', '$', '#', '_', '{', '}' -> "\\" + c;
            case '~' -> "\\textasciitilde{}";
            case '^' -> "\\textasciicircum{}";
            case '\\' -> "\\textbackslash{}";
            case 'λ' -> "$\\lambda$";
            default -> String.valueOf(c);
          });
    }
    return text.toString();
  }
}
