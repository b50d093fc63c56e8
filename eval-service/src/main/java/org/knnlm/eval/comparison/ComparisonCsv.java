package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.eval.statistics.Interval;
import org.knnlm.eval.statistics.McNemar;
import org.knnlm.eval.table.Csv;

/** A comparison as CSV: a line for each metric and model, all metrics, shares from 0 to 1. */
public final class ComparisonCsv {
  private static final List<String> HEADER =
      List.of(
          "task",
          "version",
          "metric",
          "headline",
          "run",
          "setting",
          "model",
          "label",
          "examples",
          "failed",
          "value",
          "standard_error",
          "low",
          "high",
          "difference",
          "difference_low",
          "difference_high",
          "shared_examples",
          "first_only",
          "second_only",
          "p_value",
          "adjusted_p_value");

  private ComparisonCsv() {}

  /** The lines; a model without a score has none. */
  public static String of(Comparison comparison) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    for (Comparison.Row row : comparison.rows()) {
      for (int i = 0; i < comparison.contenders().size(); i++) {
        Contender contender = comparison.contenders().get(i);
        row.results().get(i).ifPresent(result -> lines.add(line(row.metric(), contender, result)));
      }
    }
    return Csv.of(lines);
  }

  private static List<String> line(TaskMetric metric, Contender contender, Result result) {
    Optional<Difference> difference = result.difference();
    Optional<Interval> interval = difference.map(Difference::interval);
    Optional<McNemar> test = difference.flatMap(Difference::test);
    return List.of(
        Csv.text(metric.task()),
        Integer.toString(metric.version()),
        Csv.text(metric.name()),
        Boolean.toString(metric.headline()),
        Long.toString(contender.run()),
        Integer.toString(contender.setting()),
        Csv.text(contender.model()),
        Csv.text(contender.label()),
        Integer.toString(result.examples()),
        Integer.toString(result.failed()),
        Csv.number(result.value()),
        Csv.number(result.standardError()),
        Csv.number(result.interval().low()),
        Csv.number(result.interval().high()),
        Csv.number(difference.map(Difference::value)),
        Csv.number(interval.map(Interval::low)),
        Csv.number(interval.map(Interval::high)),
        difference.map(d -> Integer.toString(d.examples())).orElse(""),
        test.map(t -> Integer.toString(t.firstOnly())).orElse(""),
        test.map(t -> Integer.toString(t.secondOnly())).orElse(""),
        Csv.number(test.map(McNemar::pValue)),
        Csv.number(difference.flatMap(Difference::adjustedPValue)));
  }
}
