package org.knnlm.eval.db;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hibernate.query.NativeQuery;
import org.knnlm.eval.comparison.ScoreStore;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.run.Page;

/** Scores in the tables of this service. */
@ApplicationScoped
@Transactional
public class PanacheScoreStore implements ScoreStore {
  /** The examples that a run has evaluated, as the index over them has them. */
  private static final String EVALUATED =
      """
      (select example_index, group_name as g%1$d, metric_values_hash as h%1$d, correct as c%1$d from example
       where run_id = :run%1$d and task_position = :task%1$d and state = 'DONE') as part%1$d""";

  private final ExampleRepository examples;
  private final EntityManager database;

  PanacheScoreStore(ExampleRepository examples, EntityManager database) {
    this.examples = examples;
    this.database = database;
  }

  /** An example's scores. */
  public record Row(int index, String group, List<Double> values) {}

  @Override
  public Scores each(Part part) {
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
    return new Scores(
        rows.stream().mapToInt(Row::index).toArray(),
        rows.stream().mapToInt(row -> 1).toArray(),
        rows.stream().map(Row::group).toArray(String[]::new),
        rows.stream()
            .map(row -> row.values().stream().mapToDouble(Double::doubleValue).toArray())
            .toArray(double[][]::new),
        failed(part));
  }

  private int failed(Part part) {
    return Math.toIntExact(
        examples.count(
            "key.run = ?1 and key.task = ?2 and state = ?3",
            part.run().id(),
            part.task(),
            ExampleState.FAILED));
  }

  /**
   * Examples that score alike in all runs.
   *
   * @param first number of the first of them
   * @param count how many they are
   * @param here by run, whether it has evaluated them
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Alike(int first, int count, String group, boolean[] here) {}

  @Override
  public List<Scores> alike(List<Part> parts) {
    List<Alike> all = counted(parts);
    List<Scores> scores = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      int run = i;
      List<Alike> here = all.stream().filter(alike -> alike.here[run]).toList();
      int[] firsts = here.stream().mapToInt(Alike::first).toArray();
      scores.add(
          new Scores(
              firsts,
              here.stream().mapToInt(Alike::count).toArray(),
              here.stream().map(Alike::group).toArray(String[]::new),
              values(parts.get(i), firsts),
              failed(parts.get(i))));
    }
    return scores;
  }

  /** Counted by the hashes of their scores, which an index holds: no row is read. */
  private List<Alike> counted(List<Part> parts) {
    var hashes = new StringBuilder();
    var groups = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      hashes.append(", h%d".formatted(i));
      groups.append(i == 0 ? "g0" : ", g%d".formatted(i));
    }
    return query(
            "select min(example_index), count(*), coalesce(%s) as name%s from %s group by name%s order by 1"
                .formatted(groups, hashes, joined("full join", parts), hashes),
            parts)
        .getResultList()
        .stream()
        .map(row -> alike((Object[]) row))
        .toList();
  }

  private static String joined(String join, List<Part> parts) {
    var from = new StringBuilder(EVALUATED.formatted(0));
    for (int i = 1; i < parts.size(); i++) {
      from.append(" %s %s using (example_index)".formatted(join, EVALUATED.formatted(i)));
    }
    return from.toString();
  }

  private NativeQuery<?> query(String sql, List<Part> parts) {
    NativeQuery<?> query = database.createNativeQuery(sql).unwrap(NativeQuery.class);
    for (int i = 0; i < parts.size(); i++) {
      query.setParameter("run" + i, parts.get(i).run().id());
      query.setParameter("task" + i, parts.get(i).task());
    }
    return query;
  }

  private static Alike alike(Object[] row) {
    boolean[] here = new boolean[row.length - 3];
    for (int i = 0; i < here.length; i++) {
      here[i] = row[3 + i] != null;
    }
    return new Alike(
        ((Number) row[0]).intValue(), ((Number) row[1]).intValue(), (String) row[2], here);
  }

  private double[][] values(Part part, int[] ascending) {
    NativeQuery<?> query =
        database
            .createNativeQuery(
                """
                select metric_values from example
                where run_id = :run and task_position = :task and example_index = any(cast(:indices as integer[]))
                order by example_index""")
            .unwrap(NativeQuery.class);
    return query
        .addScalar("metric_values", double[].class)
        .setParameter("run", part.run().id())
        .setParameter("task", part.task())
        .setParameter("indices", ascending)
        .getResultList()
        .stream()
        .map(double[].class::cast)
        .toArray(double[][]::new);
  }

  /** Whether some model of some run is right, or wrong. */
  private static String any(boolean right, List<Part> parts) {
    return IntStream.range(0, parts.size())
        .mapToObj(i -> "%s = any(c%d)".formatted(right, i))
        .collect(Collectors.joining(" or ", "(", ")"));
  }

  @Override
  public Page<List<ExampleResult>> differing(List<Part> parts, int page, int size) {
    String differing =
        " from %s where %s and %s"
            .formatted(joined("join", parts), any(true, parts), any(false, parts));
    List<Integer> indices =
        query("select example_index" + differing + " order by 1 limit :size offset :first", parts)
            .setParameter("size", size)
            .setParameter("first", (long) page * size)
            .getResultList()
            .stream()
            .map(index -> ((Number) index).intValue())
            .toList();
    var total = (Number) query("select count(*)" + differing, parts).getSingleResult();
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
