package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.config.JsonConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.path.json.config.JsonPathConfig.NumberReturnType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.eval.HeldRuns;
import org.knnlm.eval.Runs;
import org.knnlm.eval.TaskRuns;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.ExampleStore.Evaluated;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;
import org.knnlm.eval.task.Graded;
import org.knnlm.eval.task.Outcome;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(CompareResourceIT.WithoutWorkers.class)
class CompareResourceIT {
  /** Examples stay as the test makes them. */
  public static class WithoutWorkers implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("knnlm.workers", "0");
    }
  }

  @Inject RunStore store;
  @Inject ExampleStore examples;
  @Inject HeldRuns held;
  @Inject AgroalDataSource dataSource;

  @BeforeEach
  void start() throws Exception {
    held.hold();
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from run");
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    held.release();
  }

  /** Whether a model is right. */
  @FunctionalInterface
  private interface Right {
    boolean is(int model, int example);
  }

  private static Subject.TaskOfRun task(String name, String sha256) {
    return TaskRuns.task(name, new DataFile(name + ".jsonl", sha256));
  }

  private Run queued(Subject.TaskOfRun... tasks) {
    var spec =
        new RunSpec(
            "", new Subject.Tasks(List.of(tasks), OptionalInt.empty()), List.of(Runs.PROBED));
    Provenance of = Runs.provenance(spec);
    return store.create(
        spec,
        new Provenance(of.model(), "", of.datastores(), of.serviceVersion(), of.gitRevision()),
        OptionalLong.empty());
  }

  /** A run whose tasks have 100 examples each, the last one of each failed, in two groups. */
  private long done(Right right, Subject.TaskOfRun... tasks) throws InterruptedException {
    Run run = queued(tasks);
    var plan =
        new TaskPlan(
            List.of(new TaskPlan.Group("a", 0, 20), new TaskPlan.Group("b", 20, 100)),
            Optional.empty());
    examples.begin(run, IntStream.range(0, tasks.length).mapToObj(i -> plan).toList());
    ExampleStore.Claim claim = ExampleStore.Claim.EVALUATED;
    while (claim == ExampleStore.Claim.EVALUATED) {
      claim =
          examples.next(
              run.id(),
              1000,
              (task, indices) ->
                  indices.stream().map(i -> evaluated(right, tasks[task], i)).toList());
    }
    examples.finish(run.id());
    return run.id();
  }

  private static Evaluated evaluated(Right right, Subject.TaskOfRun task, int example) {
    if (example == 99) {
      return new Evaluated.Failed(example, "too long");
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int model = 0; model < 2; model++) {
      boolean correct = right.is(model, example);
      Map<String, Double> metrics = new LinkedHashMap<>();
      task.metrics().forEach(metric -> metrics.put(metric, correct ? 1.0 : 0.0));
      outcomes.add(
          new Outcome(
              correct ? "yes" : "no",
              correct,
              correct ? 1 : 0,
              metrics,
              new Outcome.Details(Map.of(), Map.of(), List.of())));
    }
    return new Evaluated.Done(example, new Graded("question " + example, "yes", outcomes), 0.1);
  }

  private static ValidatableResponse get(String path) {
    return given()
        .config(
            RestAssuredConfig.config()
                .jsonConfig(JsonConfig.jsonConfig().numberReturnType(NumberReturnType.DOUBLE)))
        .get(path)
        .then();
  }

  private static ValidatableResponse problem(String path, int status) {
    return get(path)
        .statusCode(status)
        .contentType(containsString("application/problem+json"))
        .body("status", is(status));
  }

  @Test
  void settingsAreHeldAgainstTheBaseModel() throws Exception {
    // The base model has every fourth right, retrieval ten more and five fewer of the others
    long run =
        done(
            (model, i) -> i % 4 == 0 ? model == 0 || i >= 20 : model == 1 && i % 10 == 1,
            task("obqa", "1"),
            task("bbh", "2"));
    String lm = "rows.find { it.metric.name == 'lm' }.";
    get("/api/compare?runs=" + run)
        .statusCode(200)
        .body("resampling.seed", is(42))
        .body("contenders.label", contains("base", "wiki k=64 λ=0.1 T=5.5 nprobe=8"))
        .body("rows.metric.name", hasSize(7))
        .body(lm + "metric.task", is("obqa"))
        .body(lm + "results[0].value", closeTo(25 / 99.0, 1e-12))
        .body(lm + "results[0].failed", is(1))
        .body(lm + "results[0].difference", nullValue())
        .body(lm + "results[1].value", closeTo(30 / 99.0, 1e-12))
        .body(lm + "results[1].difference.value", closeTo(5 / 99.0, 1e-12))
        .body(lm + "results[1].difference.test.firstOnly", is(5))
        .body(lm + "results[1].difference.test.secondOnly", is(10))
        .body(lm + "results[1].difference.test.pValue", closeTo(0.3017578125, 1e-9))
        .body(lm + "results[1].difference.adjustedPValue", closeTo(0.603515625, 1e-9))
        .body(
            "rows.find { it.metric.name == 'tok_mean' }.results[1].difference.adjustedPValue",
            nullValue())
        .body(
            "rows.find { it.metric.task == 'bbh' }.results[0].value",
            closeTo((5 / 20.0 + 20 / 79.0) / 2, 1e-12));
  }

  @Test
  void runsAreHeldAgainstTheFirstAndTheExamplesThatFlippedAreListed() throws Exception {
    long first = done((model, i) -> i % 2 == 0, task("obqa", "1"));
    long second = done((model, i) -> i % 2 == 0 || i == 7 || i == 51, task("obqa", "1"));
    String runs = first + "," + second;
    get("/api/compare?runs=" + runs)
        .statusCode(200)
        .body("contenders", hasSize(4))
        .body("rows[0].results[2].difference.test.secondOnly", is(2))
        .body("rows[0].results[1].difference.value", is(0.0));
    get("/api/compare/examples?task=obqa&runs=" + runs)
        .statusCode(200)
        .body("total", is(2))
        .body("items.index", contains(7, 51))
        .body("items.group", contains("a", "b"))
        .body("items[0].prompt", is("question 7"))
        .body("items[0].answers.correct", contains(false, false, true, true))
        .body("items[0].answers[3].run", is((int) second))
        .body("items[0].answers[3].setting", is(1));
    get("/api/compare/examples?task=obqa&page=1&size=1&runs=" + runs)
        .body("items.index", contains(51))
        .body("total", is(2));
    get("/api/compare/examples?task=obqa&runs=" + first).body("total", is(0));
  }

  @Test
  void aTextIsComparedByItsWindows() {
    RunSpec spec = Runs.spec("ppl", Protocol.WIKITEXT, Runs.PROBED);
    long run = store.create(spec, Runs.provenance(spec), OptionalLong.empty()).id();
    store.begin(run);
    store.plan(run, new Plan(1024, 512, 2, new TextCounts(1537, 1535, 900)));
    Runs.keep(store, run, new ScoredWindow(0, 0, 1024, 1023, List.of(3.0, 2.5), 0.1));
    Runs.keep(store, run, new ScoredWindow(1, 512, 1024, 512, List.of(4.0, 3.5), 0.1));
    store.finish(run);
    get("/api/compare?runs=" + run)
        .statusCode(200)
        .body("rows.metric.task", contains("text.txt", "text.txt"))
        .body("rows.metric.name", contains("perplexity", "token_weighted_perplexity"))
        .body("rows[0].results[0].value", closeTo(Math.exp(3.5), 1e-9))
        .body("rows[1].results[0].value", closeTo(Math.exp((3 * 1023 + 4 * 512) / 1535.0), 1e-9))
        .body("rows[0].results[1].difference.value", closeTo(100 * Math.expm1(-0.5), 1e-9))
        .body("rows[0].results[1].difference.test", nullValue());
  }

  @Test
  void aRunIsExported() throws Exception {
    long run = done((model, i) -> i % 4 == 0 || (model == 1 && i % 4 == 1), task("obqa", "1"));
    String export = "/api/runs/%d/export?format=".formatted(run);
    get(export + "json").statusCode(200).body("contenders", hasSize(2));
    get(export + "csv")
        .statusCode(200)
        .contentType(containsString("text/csv"))
        .body(startsWith("task,version,metric,headline,run,setting,model,label,"))
        .body(containsString("obqa,1,lm,true,%d,0,tiny,base,99,1,0.2525".formatted(run)));
    get(export + "markdown")
        .statusCode(200)
        .contentType(containsString("text/markdown"))
        .body(containsString("| obqa | lm | 99 | 25.3 | 50.5* +25.3 ["));
    get(export + "latex")
        .statusCode(200)
        .body(containsString("obqa & lm & 25.3 & 50.5$^*$ ($+25.3$)"));
    get(export + "harness")
        .statusCode(200)
        .body("results.obqa.'lm,none'", closeTo(25 / 99.0, 1e-12))
        .body("'n-samples'.obqa.original", is(100))
        .body("config.model_args", is("pretrained=tiny"));
    get(export + "harness&setting=1")
        .body("results.obqa.'lm,none'", closeTo(50 / 99.0, 1e-12))
        .body("config.model_args", containsString("datastore=wiki"));
    problem(export + "harness&setting=2", 400).body("errors.field", contains("setting"));
    problem(export + "xml", 400)
        .body(
            "errors[0].problem",
            is("found \"xml\", allowed are json, csv, markdown, latex, harness"));
    problem("/api/runs/%d/export".formatted(run), 400).body("errors.field", contains("format"));
    problem("/api/runs/%d/export?format=csv".formatted(run + 1), 404);
  }

  @Test
  void runsThatCannotBeComparedSayWhy() throws Exception {
    long first = done((model, i) -> true, task("obqa", "1"));
    long other = done((model, i) -> true, task("obqa", "2"));
    long queued = queued(task("obqa", "1")).id();
    problem("/api/compare?runs=%d,%d".formatted(first, other), 409)
        .body("detail", endsWith("have read different data for obqa 1"));
    problem("/api/compare?runs=%d,%d".formatted(first, queued), 409)
        .body("detail", containsString("is QUEUED: only runs that are DONE are compared"));
    problem("/api/compare?runs=%d,%d".formatted(first, queued + 1), 404);
    problem("/api/compare/examples?task=rte&runs=" + first, 409)
        .body("detail", containsString("has no task \"rte\", it has [obqa]"));
  }

  @ParameterizedTest
  @CsvSource({
    "compare, runs",
    "compare?runs=, runs",
    "compare?runs=1;2, runs",
    "'compare?runs=1,1', runs",
    "compare?runs=99999999999999999999, runs",
    "compare?runs=1&format=text, format",
    "compare/examples?runs=1, task",
    "compare/examples?runs=1&task=obqa&size=0, size",
    "compare/examples?runs=1&task=obqa&page=-1, page"
  })
  void theParameterAtFaultIsNamed(String path, String field) {
    problem("/api/" + path, 400).body("errors.field", contains(field));
  }

  @Test
  void datastoresThatRunsNameAreListed() throws Exception {
    assertThat(get("/api/datastores").extract().jsonPath().getList("$")).isEmpty();
    done((model, i) -> true, task("obqa", "1"));
    get("/api/datastores")
        .body("name", contains("wiki"))
        .body("[0].manifest", nullValue())
        .body("[0].state", is("UNKNOWN"));
    problem("/api/datastores/wiki", 404);
  }
}
