package org.knnlm.eval.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.comparison.ScoreStore;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.run.Page;

/** Scores in the tables of this service. */
@ApplicationScoped
@Transactional
public class PanacheScoreStore implements ScoreStore {
  /** Right and wrong among the answers of the runs, which all have one. */
  private static final String DIFFERING =
      """
      select example_index from example
      join unnest(cast(:runs as bigint[]), cast(:tasks as integer[])) as part(run_id, task_position)
        using (run_id, task_position)
      where state = 'DONE'
      group by example_index
      having count(*) = :parts and bool_or(true = any(correct)) and bool_or(false = any(correct))""";

  private final ExampleRepository examples;
  private final EntityManager database;

  PanacheScoreStore(ExampleRepository examples, EntityManager database) {
    this.examples = examples;
    this.database = database;
  }

  /** An example's scores. */
  public record Row(int index, String group, List<Double> values) {}

  @Override
  public Scores scores(Part part) {
    List<Row> rows =
        examples
            .find(
                "select key.index, group, metricValues from ExampleEntity"
                    + " where key.run = ?1 and key.task = ?2 and state = ?3 order by key.index",
                part.run().id(),
                part.task(),
                ExampleState.DONE)
            .project(Row.class)
            .list();
    long failed =
        examples.count(
            "key.run = ?1 and key.task = ?2 and state = ?3",
            part.run().id(),
            part.task(),
            ExampleState.FAILED);
    return new Scores(
        rows.stream().mapToInt(Row::index).toArray(),
        rows.stream().map(Row::group).toArray(String[]::new),
        rows.stream()
            .map(row -> row.values().stream().mapToDouble(Double::doubleValue).toArray())
            .toArray(double[][]::new),
        Math.toIntExact(failed));
  }

  @Override
  public Page<List<ExampleResult>> differing(List<Part> parts, int page, int size) {
    Long[] runs = parts.stream().map(part -> part.run().id()).toArray(Long[]::new);
    Integer[] tasks = parts.stream().map(Part::task).toArray(Integer[]::new);
    List<?> found =
        database
            .createNativeQuery(
                DIFFERING + " order by example_index limit :size offset :first", Integer.class)
            .setParameter("runs", runs)
            .setParameter("tasks", tasks)
            .setParameter("parts", parts.size())
            .setParameter("size", size)
            .setParameter("first", (long) page * size)
            .getResultList();
    List<Integer> indices = found.stream().map(Integer.class::cast).toList();
    Number total =
        (Number)
            database
                .createNativeQuery("select count(*) from (" + DIFFERING + ") as differing")
                .setParameter("runs", runs)
                .setParameter("tasks", tasks)
                .setParameter("parts", parts.size())
                .getSingleResult();
    List<Map<Integer, ExampleResult>> byRun = new ArrayList<>();
    for (Part part : parts) {
      Map<Integer, ExampleResult> results = new HashMap<>();
      examples
          .find(
              "key.run = ?1 and key.task = ?2 and key.index in ?3",
              part.run().id(),
              part.task(),
              indices)
          .stream()
          .forEach(
              example ->
                  results.put(
                      example.key.index(),
                      example.toDomain(part.run().spec().tasks().get(part.task()))));
      byRun.add(results);
    }
    return new Page<>(
        indices.stream()
            .map(index -> byRun.stream().map(results -> results.get(index)).toList())
            .toList(),
        page,
        size,
        total.longValue());
  }
}
