package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.JsonConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.path.json.config.JsonPathConfig.NumberReturnType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.OptionalLong;
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
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunStore;

/** Analyses of what is in the database; lm-service is not there. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AnalysisResourceIT {
  @Inject RunStore store;
  @Inject ExampleStore examples;
  @Inject HeldRuns held;
  @Inject AgroalDataSource dataSource;

  @BeforeEach
  void start() throws Exception {
    held.hold();
    execute("delete from run");
  }

  @AfterEach
  void end() throws InterruptedException {
    held.release();
  }

  private void execute(String sql) throws Exception {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
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
    return get(path).statusCode(status).contentType(containsString("application/problem+json"));
  }

  /** Windows of which retrieval helps all but the last, and an oracle that would be the best. */
  private long text(boolean finished) {
    RunSpec spec = Runs.spec("ppl", Protocol.WIKITEXT, Runs.PROBED, Runs.EXACT, Runs.TOLD);
    long run = store.create(spec, Runs.provenance(spec), OptionalLong.empty()).id();
    store.begin(run);
    store.plan(run, new Plan(8, 4, 5, new TextCounts(25, 20, 12)));
    for (int i = 0; i < 5; i++) {
      double change = i == 4 ? 1 : -0.5;
      Runs.keep(
          store, run, new ScoredWindow(i, 4L * i, 8, 4, List.of(3.0, 3 + change, 2.75, 0.5), 0.1));
    }
    if (finished) {
      store.finish(run);
    }
    return run;
  }

  @Test
  void theEffectOfASettingIsThatOfItsTargets() {
    long run = text(true);
    get("/api/runs/%d/analysis/effect?setting=1&kept=0".formatted(run))
        .statusCode(200)
        .body("task", nullValue())
        .body("label", is("wiki k=64 λ=0.1 T=5.5 nprobe=8"))
        .body("positions", is(20))
        .body("helped", is(16))
        .body("hurt", is(4))
        .body("helpedShare", closeTo(0.8, 1e-12))
        .body("gain", closeTo(0.5, 1e-6))
        .body("loss", closeTo(-1, 1e-6))
        .body("change", closeTo(0.2, 1e-6))
        .body("mostHelped", hasSize(0));
    get("/api/runs/%d/analysis/effect?setting=1&kept=0&indifference=0.6".formatted(run))
        .body("helped", is(0))
        .body("hurt", is(4));
    problem("/api/runs/%d/windows/0/tokens".formatted(run), 503);
    problem("/api/runs/%d/analysis/classes".formatted(run), 503);
    problem("/api/runs/%d/windows/5/tokens".formatted(run), 404);
  }

  @Test
  void anOracleIsNoCandidate() {
    long run = text(true);
    String first =
        get("/api/runs/%d/analysis/choice".formatted(run))
            .statusCode(200)
            .body("seed", is((int) run))
            .body("rows.task", contains("text.txt"))
            .body("rows.metric", contains("perplexity"))
            .body("rows[0].examples.values().sum()", is(5))
            .body("rows[0].base.value", closeTo(Math.exp(3), 1e-9))
            .body("rows[0].attainable", closeTo(Math.exp(2.5), 4))
            .extract()
            .asString();
    assertThat(get("/api/runs/%d/analysis/choice".formatted(run)).extract().asString())
        .isEqualTo(first);
    int setting =
        get("/api/runs/%d/analysis/choice".formatted(run))
            .extract()
            .jsonPath()
            .getInt("rows[0].setting");
    assertThat(setting).isIn(1, 2);
    problem("/api/runs/%d/analysis/choice?metric=lm".formatted(run), 400)
        .body("errors.field", contains("metric"))
        .body("errors[0].problem", containsString("token_weighted_perplexity"));
  }

  @Test
  void aTasksSettingIsHeldAgainstTheBaseModelOnTheOtherHalf() throws Exception {
    RunSpec spec = TaskRuns.spec(List.of("obqa"), Runs.PROBED, Runs.EXACT);
    long run = store.create(spec, TaskRuns.provenance(spec), OptionalLong.empty()).id();
    examples.begin(store.find(run).orElseThrow(), List.of(TaskRuns.plan(100)));
    ExampleStore.Claim claim = ExampleStore.Claim.EVALUATED;
    while (claim == ExampleStore.Claim.EVALUATED) {
      claim =
          examples.next(
              run,
              1000,
              (task, indices) ->
                  indices.stream()
                      .map(i -> TaskRuns.done(spec, task, i, i % 4 == 0, i % 2 == 0, i % 5 == 0))
                      .toList());
    }
    examples.finish(run);
    get("/api/runs/%d/analysis/choice".formatted(run))
        .statusCode(200)
        .body("rows.metric", contains("lm"))
        .body("rows[0].setting", is(1))
        .body("rows[0].label", is("wiki k=64 λ=0.1 T=5.5 nprobe=8"))
        .body("rows[0].examples.choice", is(50))
        .body("rows[0].examples.report", is(50))
        .body("rows[0].reported.difference.examples", is(50))
        .body("rows[0].reported.difference.test.firstOnly", is(0))
        .body("rows[0].reported.value", closeTo(0.5, 0.2));
    problem("/api/runs/%d/analysis/effect?setting=1".formatted(run), 400)
        .body("errors.field", contains("task"));
    problem("/api/runs/%d/analysis/effect?setting=1&task=obqa".formatted(run), 400)
        .body("errors.field", contains("task"));
  }

  @Test
  void whatCannotBeAnalysedSaysWhy() throws Exception {
    long open = text(false);
    problem("/api/runs/%d/analysis/effect?setting=1".formatted(open), 409)
        .body("detail", containsString("is RUNNING"));
    problem("/api/runs/%d/analysis/choice".formatted(open), 409);
    long older = text(true);
    execute("delete from window_tokens where run_id = " + older);
    problem("/api/runs/%d/analysis/effect?setting=1".formatted(older), 409)
        .body("detail", containsString("kept the tokens of 0 of its 5 windows"));
    problem("/api/runs/%d/analysis/effect?setting=1".formatted(older + 99), 404);
  }

  @ParameterizedTest
  @CsvSource({
    "analysis/effect, setting",
    "analysis/effect?setting=0, setting",
    "analysis/effect?setting=4, setting",
    "analysis/effect?setting=1&kept=101, kept",
    "analysis/effect?setting=1&neighbours=21, neighbours",
    "analysis/effect?setting=1&indifference=-1, indifference",
    "analysis/effect?setting=1&indifference=NaN, indifference",
    "analysis/classes?task=facts, task",
    "windows/0/tokens/4/neighbours, setting",
    "windows/0/tokens/3/neighbours?setting=1, position",
    "windows/0/tokens/8/neighbours?setting=1, position",
    "windows/0/tokens/4/neighbours?setting=1&count=101, count",
    "windows/0/tokens/4/neighbours?setting=1&before=257, before",
    "windows/0/tokens/4/neighbours?setting=1&after=-1, after"
  })
  void theParameterAtFaultIsNamed(String path, String field) {
    problem("/api/runs/%d/%s".formatted(text(true), path), 400)
        .body("errors.field", contains(field));
  }
}
