package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.eval.Runs;
import org.knnlm.eval.Settings;
import org.knnlm.eval.TaskRuns;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunStore;

/** Runs of tasks over REST; no worker takes them up here. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TaskRunResourceIT {
  private static final RunSpec SPEC = TaskRuns.spec(List.of("obqa", "nq"), Runs.EXACT);

  @Inject RunStore store;
  @Inject ExampleStore examples;
  @Inject AgroalDataSource dataSource;
  @Inject Settings settings;

  @BeforeEach
  void start() throws Exception {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from run");
    }
    Path data = settings.data().orElseThrow();
    for (String file : List.of("openbookqa/test.jsonl", "nq_open/validation.jsonl")) {
      Files.createDirectories(data.resolve(file).getParent());
      Files.writeString(data.resolve(file), "{}\n");
    }
  }

  private static ValidatableResponse post(String body) {
    return given().contentType("application/json").body(body).post("/api/runs").then();
  }

  private static ValidatableResponse problem(ValidatableResponse response, int status) {
    return response.statusCode(status).contentType("application/problem+json");
  }

  private Run create() {
    Run run = store.create(SPEC, TaskRuns.provenance(SPEC), OptionalLong.empty());
    examples.begin(run, List.of(TaskRuns.plan(3), TaskRuns.plan(1)));
    return store.find(run.id()).orElseThrow();
  }

  private void evaluate(Run run) throws Exception {
    while (examples.next(
            run.id(),
            10,
            (task, indices) ->
                indices.stream()
                    .map(
                        i ->
                            i == 2
                                ? new ExampleStore.Evaluated.Failed(i, "too long")
                                : TaskRuns.done(SPEC, task, i, true, i == 0))
                    .toList())
        == ExampleStore.Claim.EVALUATED) {}
    examples.finish(run.id());
  }

  @Test
  void tasksAreListedWithWhatTheyMiss() {
    given()
        .get("/api/tasks")
        .then()
        .statusCode(200)
        .body("name", hasItems("obqa", "mmlu", "bbh", "wikitext"))
        .body("find { it.name == 'obqa' }.missing", nullValue())
        .body("find { it.name == 'obqa' }.kind", is("score"))
        .body("find { it.name == 'mmlu' }.missing", containsString("hf download cais/mmlu"));
    given()
        .get("/api/tasks/obqa")
        .then()
        .statusCode(200)
        .body("definition", startsWith("task: obqa"))
        .body("files.path", contains("openbookqa/test.jsonl"));
    problem(given().get("/api/tasks/..%2Fobqa").then(), 404);
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    problem(
            post(
                """
                {"tasks": ["obqa", "sst-2", "mmlu", "obqa", null], "limit": 0, "text": "a.txt",
                 "settings": [{"datastore": "d"}]}"""),
            400)
        .body(
            "errors.field",
            contains(
                "text",
                "limit",
                "tasks[1]",
                "tasks[2]",
                "tasks[3]",
                "tasks[4]",
                "settings[0].k",
                "settings[0].temperature",
                "settings[0].lambda"))
        .body("errors[2].problem", startsWith("found \"sst-2\", allowed is one of obqa, mmlu"))
        .body("errors[3].problem", containsString("mmlu/test.jsonl"))
        .body("errors[4].problem", is("found \"obqa\" for the second time"));
    problem(
            post(
                """
                {"tasks": ["nq"], "settings": [
                  {"datastore": "d", "k": 8, "temperature": 1, "lambda": 0.5, "oracle": {"rank": 1}}]}"""),
            400)
        .body("errors.field", hasItems("settings[0].oracle"));
    problem(post("{\"tasks\": []}"), 400).body("errors.field", contains("tasks"));
    problem(post("{\"tasks\": [\"obqa\"]}"), 503);
    assertThat(store.list(0, 10).total()).isZero();
  }

  @Test
  void aRunSaysWhatItsNumbersDependOn() throws Exception {
    Run run = create();
    evaluate(run);
    given()
        .get("/api/runs/{id}", run.id())
        .then()
        .statusCode(200)
        .body("state", is("DONE"))
        .body("protocol", nullValue())
        .body("textSha256", nullValue())
        .body("limit", is(7))
        .body("tasks.name", contains("obqa", "nq"))
        .body("tasks[0].files.sha256", contains("ab", "cd"))
        .body("tasks[0].examples", is(3))
        .body("tasks[0].failed", is(1))
        .body("examplesDone", is(3))
        .body("examplesFailed", is(1))
        .body("examplesTotal", is(4));
    assertThat(given().get("/api/runs/{id}/progress", run.id()).asString())
        .contains("\"examplesDone\":3")
        .contains("\"state\":\"DONE\"");
  }

  @Test
  void examplesAreFilteredAndPaged() throws Exception {
    Run run = create();
    evaluate(run);
    given()
        .get("/api/runs/{id}/examples?size=2", run.id())
        .then()
        .statusCode(200)
        .body("total", is(4))
        .body("items.index", contains(0, 1))
        .body("items[0].outcomes.correct", contains(true, true))
        .body("items[0].outcomes[0].scores.lm", contains(1.5f, null, null));
    given()
        .get("/api/runs/{id}/examples?task=obqa&setting=1&changed=true", run.id())
        .then()
        .body("items.index", contains(1));
    given()
        .get("/api/runs/{id}/examples?state=failed", run.id())
        .then()
        .body("items.error", contains("too long"))
        .body("items[0].outcomes", hasSize(0));
  }

  /** Everything that a caller, a task file or a model can say reaches the database as text. */
  @Test
  void sqlIsTextLikeAnyOther() throws Exception {
    String sql = "'; delete from run; select '";
    var spec = new RunSpec(sql, SPEC.subject(), SPEC.settings());
    Run run = store.create(spec, TaskRuns.provenance(spec), OptionalLong.empty());
    examples.begin(
        run,
        List.of(
            new TaskPlan(List.of(new TaskPlan.Group(sql, 0, 1)), Optional.empty()),
            TaskRuns.plan(1)));
    examples.next(run.id(), 1, (_, indices) -> List.of(new ExampleStore.Evaluated.Failed(0, sql)));
    given()
        .queryParam("task", "obqa")
        .queryParam("group", sql)
        .get("/api/runs/{id}/examples", run.id())
        .then()
        .body("items.error", contains(sql));
    for (String parameter : List.of("task", "group", "state", "setting", "correct", "sort")) {
      assertThat(
              given()
                  .queryParam(parameter, "obqa' or '1'='1")
                  .get("/api/runs/{id}/examples", run.id())
                  .asString())
          .as(parameter)
          .doesNotContain("delete from run")
          .doesNotContain("syntax");
    }
    given().get("/api/runs").then().body("items.name", contains(sql));
  }

  @Test
  void examplesComeInAnyOrderWithThoseOfNoScoreLast() throws Exception {
    Run run = create();
    evaluate(run);
    assertThat(order(run, "setting=1&sort=score&order=desc")).containsExactly(0, 0, 1, 2);
    assertThat(order(run, "setting=1&sort=score&task=obqa")).containsExactly(1, 0, 2);
    assertThat(order(run, "setting=1&sort=gain&task=obqa")).containsExactly(1, 0, 2);
    assertThat(order(run, "setting=1&sort=gain&task=obqa&order=desc")).containsExactly(0, 1, 2);
    assertThat(order(run, "sort=seconds&task=obqa")).containsExactly(0, 1, 2);
    assertThat(order(run, "order=desc")).containsExactly(0, 2, 1, 0);
    assertThat(order(run, "order=desc&page=1&size=2")).containsExactly(1, 0);
  }

  private static List<Integer> order(Run run, String query) {
    return given()
        .get("/api/runs/{id}/examples?" + query, run.id())
        .then()
        .statusCode(200)
        .extract()
        .path("items.index");
  }

  @Test
  void anExampleHasAnAddress() throws Exception {
    Run run = create();
    evaluate(run);
    given()
        .get("/api/runs/{id}/tasks/obqa/examples/1", run.id())
        .then()
        .statusCode(200)
        .body("task", is("obqa"))
        .body("index", is(1))
        .body("outcomes.correct", contains(true, false));
    problem(given().get("/api/runs/{id}/tasks/obqa/examples/3", run.id()).then(), 404);
    problem(given().get("/api/runs/{id}/tasks/none/examples/0", run.id()).then(), 404);
    problem(given().get("/api/runs/9999999/tasks/obqa/examples/0").then(), 404);
  }

  @ParameterizedTest
  @CsvSource({
    "state=none, state",
    "setting=2, setting",
    "setting=-1, setting",
    "size=0, size",
    "sort=prompt, sort",
    "order=up, order"
  })
  void aQueryThatCannotBeIsNamed(String query, String field) {
    problem(given().get("/api/runs/{id}/examples?" + query, create().id()).then(), 400)
        .body("errors.field", contains(field));
  }

  @Test
  void aRunIsPausedResumedRetriedAndCancelled() throws Exception {
    long id = create().id();
    problem(given().get("/api/runs/{id}/table", id).then(), 409)
        .body(
            "detail", is("run %d is RUNNING with 0 of 4 examples: it has no table".formatted(id)));
    given().post("/api/runs/{id}/pause", id).then().statusCode(200).body("state", is("PAUSED"));
    given().post("/api/runs/{id}/resume", id).then().statusCode(200).body("state", is("QUEUED"));
    problem(given().post("/api/runs/{id}/resume", id).then(), 409);
    problem(given().post("/api/runs/{id}/retry", id).then(), 409)
        .body("detail", is("no example of run %d has failed".formatted(id)));
    Run run = store.find(id).orElseThrow();
    examples.begin(run, List.of(TaskRuns.plan(3), TaskRuns.plan(1)));
    evaluate(run);
    given().post("/api/runs/{id}/retry", id).then().statusCode(200).body("state", is("QUEUED"));
    given().post("/api/runs/{id}/cancel", id).then().statusCode(200).body("state", is("CANCELLED"));
    problem(given().post("/api/runs/{id}/pause", id).then(), 409);
    problem(given().post("/api/runs/{id}/retry", id).then(), 409);
    problem(given().post("/api/runs/9999999/repeat").then(), 404);
    problem(given().post("/api/runs/{id}/repeat", id).then(), 503);
  }

  @Test
  void theTableComesInThreeFormats() throws Exception {
    Run run = create();
    evaluate(run);
    given()
        .get("/api/runs/{id}/table", run.id())
        .then()
        .statusCode(200)
        .body("rows.task", contains("obqa", "obqa", "nq", "nq"))
        .body("rows[0].headline", is("lm"))
        .body("rows[0].metrics.lm", is(1.0f))
        .body("rows[1].metrics.lm", is(0.5f))
        .body("rows[1].failed", is(1));
    String csv = given().get("/api/runs/{id}/table?format=csv", run.id()).asString();
    assertThat(csv.lines()).hasSize(1 + 2 * 5 + 2 * 4).anyMatch(line -> line.endsWith(",lm,0.5"));
    assertThat(given().get("/api/runs/{id}/table?format=text", run.id()).asString())
        .contains("obqa")
        .contains("lm 0.5000")
        .contains("(2 examples, 1 failed)");
  }
}
