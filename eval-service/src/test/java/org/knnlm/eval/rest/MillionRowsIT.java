package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.knnlm.eval.HeldRuns;
import org.knnlm.eval.Runs;
import org.knnlm.eval.TaskRuns;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;

/** How long a million examples take to be listed, filtered and compared: -Dknnlm.bench=true. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(CompareResourceIT.WithoutWorkers.class)
@EnabledIfSystemProperty(named = "knnlm.bench", matches = "true")
class MillionRowsIT {
  private static final int EXAMPLES = 500_000;
  private static final int ROUNDS = 7;

  @Inject RunStore store;
  @Inject ExampleStore examples;
  @Inject HeldRuns held;
  @Inject AgroalDataSource dataSource;

  @BeforeEach
  void start() throws Exception {
    held.hold();
    sql("delete from run");
  }

  private void sql(String... statements) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /**
   * A run of 500,000 examples, base and one setting, of which each metric is right now and then.
   */
  private long run(int salt) throws SQLException {
    var task = TaskRuns.task("obqa", new DataFile("obqa.jsonl", "ab"));
    var spec =
        new RunSpec(
            "", new Subject.Tasks(List.of(task), OptionalInt.empty()), List.of(Runs.PROBED));
    Provenance of = Runs.provenance(spec);
    Run run =
        store.create(
            spec,
            new Provenance(of.model(), "", of.datastores(), of.serviceVersion(), of.gitRevision()),
            OptionalLong.empty());
    examples.begin(run, List.of(new TaskPlan(List.of(), Optional.empty())));
    sql(
        "update run_task set examples = %d where run_id = %d".formatted(EXAMPLES, run.id()),
        """
        insert into example (run_id, task_position, example_index, group_name, state, prompt, expected,
          predictions, correct, scores, metric_values, details, seconds)
        select %2$d, 0, i, '', 'DONE', repeat('The sun is responsible for ', 8) || i, 'plants',
          array['puppies', 'plants ' || i],
          array[i %% 3 = 0, (i * 7 + %1$d) %% 11 < 4],
          array[(i %% 3 = 0)::int, ((i * 7 + %1$d) %% 11 < 4)::int],
          array[(i %% 3 = 0)::int, (i %% 5 < 2)::int, (i %% 7 < 2)::int,
            (i * 3 %% 10 < 3)::int, (i %% 13 < 5)::int, ((i * 7 + %1$d) %% 11 < 4)::int,
            (i %% 4 < 2)::int, (i %% 6 < 2)::int, (i * 3 %% 17 < 3)::int, (i %% 19 < 5)::int],
          '[{"scores":{"lm":[12.25,13.5,11.75,20.5]},"predictions":{},"tokens":[]}'
            || ',{"scores":{"lm":[12.25,13.5,11.75,20.5]},"predictions":{},"tokens":[]}]', 0.01
        from generate_series(0, %3$d - 1) i"""
            .formatted(salt, run.id(), EXAMPLES));
    examples.finish(run.id());
    return run.id();
  }

  private static JsonPath timed(String name, String path) {
    double[] seconds = new double[ROUNDS];
    JsonPath reply = null;
    for (int i = 0; i < ROUNDS; i++) {
      long started = System.nanoTime();
      var response = given().get(path);
      seconds[i] = (System.nanoTime() - started) / 1e9;
      assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
      reply = response.jsonPath();
    }
    Arrays.sort(seconds);
    System.out.printf(
        "%-45s median %.3f s (%.3f to %.3f, %d)%n",
        name, seconds[ROUNDS / 2], seconds[0], seconds[ROUNDS - 1], ROUNDS);
    return reply;
  }

  @Test
  void aMillionExamples() throws Exception {
    long first = run(0);
    long second = run(1);
    sql("vacuum analyze example");
    JsonPath compared = timed("compare two runs", "/api/compare?runs=" + first + "," + second);
    assertThat(compared.getInt("rows[0].results[3].difference.examples")).isEqualTo(EXAMPLES);
    timed("compare one run's settings", "/api/compare?runs=" + first);
    timed("table of a run", "/api/runs/%d/table".formatted(first));
    timed("progress of a run", "/api/runs/" + first);
    String list = "/api/runs/%d/examples?task=obqa&size=100".formatted(first);
    assertThat(timed("list, first page", list).getInt("total")).isEqualTo(EXAMPLES);
    timed("list, last page", list + "&page=4999");
    timed("filter: right", list + "&setting=1&correct=true");
    timed("filter: changed", list + "&setting=1&changed=true");
    timed(
        "examples that differ between the runs",
        "/api/compare/examples?task=obqa&runs=" + first + "," + second);
  }
}
