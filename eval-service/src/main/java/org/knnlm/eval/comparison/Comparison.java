package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knnlm.eval.statistics.Holm;
import org.knnlm.eval.statistics.McNemar;
import org.knnlm.eval.statistics.Resampling;

/**
 * Models side by side; all are held against the first.
 *
 * @param contenders the models
 * @param rows what was measured
 */
public record Comparison(List<Contender> contenders, List<Row> rows) {
  /**
   * A metric of a task.
   *
   * @param metric which one
   * @param results of the models, in their order; empty for a model that has no score
   */
  public record Row(TaskMetric metric, List<Optional<Result>> results) {}

  /**
   * Compares.
   *
   * @param scores by metric, then by model
   */
  public static Comparison of(
      List<Contender> contenders,
      Map<TaskMetric, Map<Contender, TaskScores>> scores,
      Resampling resampling) {
    List<Row> rows = new ArrayList<>();
    scores.forEach((metric, ofMetric) -> rows.add(row(contenders, metric, ofMetric, resampling)));
    return new Comparison(List.copyOf(contenders), corrected(rows, contenders.size()));
  }

  private static Row row(
      List<Contender> contenders,
      TaskMetric metric,
      Map<Contender, TaskScores> scores,
      Resampling resampling) {
    Optional<TaskScores> first = Optional.ofNullable(scores.get(contenders.getFirst()));
    List<Optional<Result>> results = new ArrayList<>();
    for (Contender contender : contenders) {
      Optional<TaskScores> own = Optional.ofNullable(scores.get(contender));
      Optional<Difference> difference =
          contender.equals(contenders.getFirst())
              ? Optional.empty()
              : first.flatMap(
                  base ->
                      own.flatMap(ours -> Difference.of(metric.measure(), base, ours, resampling)));
      results.add(
          own.flatMap(ours -> Result.of(metric.measure(), ours, resampling))
              .map(result -> result.with(difference)));
    }
    return new Row(metric, results);
  }

  /** A family of tests is a model's headline metrics. */
  private static List<Row> corrected(List<Row> rows, int contenders) {
    List<Map<TaskMetric, Double>> adjusted = new ArrayList<>();
    for (int i = 0; i < contenders; i++) {
      adjusted.add(adjusted(rows, i));
    }
    List<Row> corrected = new ArrayList<>();
    for (Row row : rows) {
      List<Optional<Result>> results = new ArrayList<>();
      for (int i = 0; i < contenders; i++) {
        Double pValue = adjusted.get(i).get(row.metric());
        Optional<Result> result = row.results().get(i);
        results.add(
            pValue == null
                ? result
                : result.map(r -> r.with(r.difference().map(d -> d.adjusted(pValue)))));
      }
      corrected.add(new Row(row.metric(), List.copyOf(results)));
    }
    return List.copyOf(corrected);
  }

  private static Map<TaskMetric, Double> adjusted(List<Row> rows, int contender) {
    Map<TaskMetric, Double> pValues = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.metric().headline()) {
        row.results()
            .get(contender)
            .flatMap(Result::difference)
            .flatMap(Difference::test)
            .map(McNemar::pValue)
            .ifPresent(pValue -> pValues.put(row.metric(), pValue));
      }
    }
    double[] adjusted =
        Holm.adjust(pValues.values().stream().mapToDouble(Double::doubleValue).toArray());
    int next = 0;
    for (Map.Entry<TaskMetric, Double> entry : pValues.entrySet()) {
      entry.setValue(adjusted[next++]);
    }
    return pValues;
  }
}
