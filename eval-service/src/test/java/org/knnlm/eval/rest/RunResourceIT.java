package org.knnlm.eval.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.eval.HeldRuns;
import org.knnlm.eval.Runs;
import org.knnlm.eval.Settings;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RunResourceIT {
  @Inject RunStore store;
  @Inject HeldRuns held;
  @Inject AgroalDataSource dataSource;
  @Inject Settings settings;

  @BeforeEach
  void start() throws Exception {
    held.hold();
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from run");
    }
    Files.writeString(settings.texts().resolve("text.txt"), "some text\n");
  }

  @AfterEach
  void end() throws InterruptedException {
    held.release();
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    problem(
            post(
                """
                {"protocol": "ppl", "text": "none.txt",
                 "settings": [{"datastore": "d", "k": 0, "temperature": 0, "lambda": 1.5}]}"""),
            400)
        .body(
            "errors.field",
            contains(
                "protocol",
                "text",
                "settings[0].k",
                "settings[0].temperature",
                "settings[0].lambda"))
        .body("errors[4].problem", is("found 1.5, allowed is 0 to 1"))
        .body("errors[1].problem", containsString("does not exist"));
    assertThat(store.list(0, 10).total()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "{\"protocol\": 3} | protocol",
        "{\"lamda\": 0.1} | lamda",
        "{\"settings\": [{\"k\": 3.5}]} | settings[0].k",
        "{\"settings\": [{}, {\"k\": \"8\"}]} | settings[1].k",
        "{\"settings\": [{\"lambda\": \"NaN\"}]} | settings[0].lambda",
        "{\"settings\": {}} | settings",
        "{\"settings\": [{\"datastore\": \"d\", \"preset\": \"gpt2/wiki\"}]} | settings[0].preset",
        "{\"settings\": [{\"datastore\": \"d\", \"preset\": 1}]} | settings[0].preset",
        "{\"settings\": [{\"k\": 99999999999}]} | settings[0].k"
      },
      delimiter = '|')
  void aFieldOfAnotherTypeOrNameIsNamed(String body, String field) {
    problem(post(body), 400).body("errors.field", hasItem(field));
  }

  @Test
  void aPresetAndADatastoreAreASetting() {
    problem(
            post(
                """
                {"protocol": "ppl", "text": "text.txt",
                 "settings": [{"datastore": "d", "preset": "llama-2-7b/wiki"}]}"""),
            400)
        .body("errors.field", contains("protocol"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{} {}", "[]", "null", "\"text\""})
  void aBodyThatIsNoRunIsAProblem(String body) {
    problem(post(body), 400).body("detail", notNullValue());
  }

  @Test
  void withoutLmServiceNothingIsQueued() {
    problem(post("{\"protocol\": \"wikitext\", \"text\": \"text.txt\"}"), 503)
        .body("detail", startsWith("lm-service does not answer (UNAVAILABLE)"));
    assertThat(store.list(0, 10).total()).isZero();
  }

  @Test
  void readinessSaysWhy() {
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body("checks.name", containsInAnyOrder("Database connections health check", "lm-service"))
        .body("checks.find { it.name == 'lm-service' }.status", is("DOWN"))
        .body(
            "checks.find { it.name == 'lm-service' }.data.reason",
            startsWith("lm-service does not answer"))
        .body("checks.find { it.name != 'lm-service' }.status", is("UP"));
  }

  @Test
  void aRunWhoseLmServiceStaysAwayFailsWithTheReason() throws Exception {
    // The very text of Runs, so that nothing but lm-service is missing.
    long id = create(Runs.spec("", Protocol.WIKITEXT));
    held.release();
    String events = given().get("/api/runs/{id}/progress", id).asString();
    held.hold();
    assertThat(events).contains("\"state\":\"FAILED\"");
    given()
        .get("/api/runs/{id}", id)
        .then()
        .body("state", is("FAILED"))
        .body("error", startsWith("lm-service does not answer (UNAVAILABLE)"))
        .body("finishedAt", notNullValue());
    problem(given().get("/api/runs/{id}/table", id).then(), 409)
        .body("detail", startsWith("run %d is FAILED with 0 of unknown windows".formatted(id)))
        .body("detail", containsString("(lm-service does not answer (UNAVAILABLE): "));
  }

  @Test
  void runsAreListedInPagesTheNewestFirst() {
    long first = create(Runs.spec("one", Protocol.WIKITEXT));
    long second = create(Runs.spec("two", Protocol.BLOCKS, Runs.EXACT));
    given()
        .get("/api/runs?size=1")
        .then()
        .statusCode(200)
        .body("items.id", contains((int) second))
        .body("total", is(2))
        .body("items[0].settings[0].datastore", is("wiki"))
        .body("items[0].settings[0].manifest.keys", is(9215));
    given().get("/api/runs?size=1&page=1").then().body("items.id", contains((int) first));
    given().get("/api/runs?page=9").then().statusCode(200).body("items", hasSize(0));
    problem(given().get("/api/runs?size=0").then(), 400).body("errors.field", contains("size"));
    problem(given().get("/api/runs?size=1001").then(), 400);
    problem(given().get("/api/runs?page=-1").then(), 400).body("errors.field", contains("page"));
  }

  @Test
  void aRunSaysWhatItsNumbersDependOn() {
    long id = create(Runs.spec("n", Protocol.WIKITEXT, Runs.PROBED));
    given()
        .get("/api/runs/{id}", id)
        .then()
        .statusCode(200)
        .body("name", is("n"))
        .body("state", is("QUEUED"))
        .body("protocol", is("wikitext"))
        .body("model.sha256", is("ab"))
        .body("model.tokenizerSha256", is("cd"))
        .body("model.serviceVersion", is("0.1"))
        .body("textSha256", is("ef"))
        .body("gitRevision", is("0123abc"))
        .body("settings[0].nprobe", is(8))
        .body("settings[0].manifest", nullValue())
        .body("plan", nullValue())
        .body("error", nullValue())
        .body("windowsTotal", is(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/windows", "/table", "/progress"})
  void anUnknownRunIsAProblem(String part) {
    problem(given().get("/api/runs/4711" + part).then(), 404)
        .body("detail", is("there is no run 4711"));
  }

  @Test
  void whateverGoesWrongIsAProblem() {
    problem(given().post("/api/runs/4711/cancel").then(), 404);
    problem(given().get("/api/nothing").then(), 404);
    problem(given().delete("/api/runs").then(), 405);
    problem(given().contentType("text/plain").body("x").post("/api/runs").then(), 415);
  }

  @Test
  void aTableComesInTheFormatAskedFor() {
    long id = done();
    given()
        .get("/api/runs/{id}/table", id)
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("rows.label", contains("base", "wiki k=1024 λ=0.25 T=10 exact"))
        .body("rows[0].setting", nullValue())
        .body("rows[0].result.loss", equalTo(2.5f))
        .body("rows[1].setting.k", is(1024))
        .body("rows[1].result", hasKey("perplexity"))
        .body("rows[1].result.perplexity", nullValue())
        .body("rows[1].differencePercent", nullValue());
    for (String[] accepted :
        new String[][] {
          {"text/csv", "text/csv", "run,name,model"},
          {"text/plain", "text/plain", "Run %d \"n\"".formatted(id)},
          {"text/html, */*;q=0.1", "application/json", "{"},
          {"application/json;q=0.2, text/csv;q=0.9", "text/csv", "run,name,model"}
        }) {
      given()
          .accept(accepted[0])
          .get("/api/runs/{id}/table", id)
          .then()
          .statusCode(200)
          .contentType(startsWith(accepted[1]))
          .body(startsWith(accepted[2]));
    }
    given()
        .accept("application/json")
        .get("/api/runs/{id}/table?format=text", id)
        .then()
        .contentType("text/plain;charset=utf-8")
        .body(containsString("λ=0.25"));
    given().get("/api/runs/{id}/table?format=csv", id).then().contentType("text/csv;charset=utf-8");
    given().get("/api/runs/{id}/table?format=json", id).then().contentType("application/json");
    problem(given().get("/api/runs/{id}/table?format=xml", id).then(), 400)
        .body("errors[0].problem", is("found \"xml\", allowed is json, csv or text"));
    given().accept("image/png").get("/api/runs/{id}/table", id).then().statusCode(406);
  }

  @Test
  void jsonHasNoNumberThatIsNone() {
    long id = done();
    given()
        .get("/api/runs/{id}/table", id)
        .then()
        .body(not(containsString("NaN")))
        .body(not(containsString("Infinity")));
  }

  @Test
  void aRunThatIsNotDoneHasNoTable() {
    long id = create(Runs.spec("", Protocol.WIKITEXT));
    problem(given().get("/api/runs/{id}/table?format=csv", id).then(), 409)
        .body(
            "detail",
            is("run %d is QUEUED with 0 of unknown windows: it has no table".formatted(id)));
  }

  @Test
  void windowsComeInPages() {
    long id = done();
    given()
        .get("/api/runs/{id}/windows?size=1&page=1", id)
        .then()
        .statusCode(200)
        .body("total", is(2))
        .body("items[0].window", is(1))
        .body("items[0].start", is(512))
        .body("items[0].targets", is(88))
        .body("items[0].losses", contains(2.0f, 10_000f));
  }

  @Test
  void progressOfARunThatHasEndedIsItsEnd() {
    long id = done();
    assertThat(given().get("/api/runs/{id}/progress", id).asString().strip())
        .isEqualTo(
            "data:{\"state\":\"DONE\",\"windowsDone\":2,\"windowsTotal\":2,"
                + "\"tokensPerSecond\":555.5,\"etaSeconds\":null}");
  }

  @Test
  void progressEndsWhenTheRunIsCancelled() throws Exception {
    long id = create(Runs.spec("", Protocol.WIKITEXT));
    store.begin(id);
    var cancel =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Thread.sleep(Duration.ofMillis(1200));
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  store.cancel(id);
                });
    String events = given().get("/api/runs/{id}/progress", id).asString();
    cancel.join();
    assertThat(events.lines().filter(line -> line.startsWith("data:")))
        .hasSize(2)
        .first()
        .asString()
        .contains("RUNNING");
    assertThat(events).contains("CANCELLED");
  }

  @Test
  void aRunIsCancelledOnceAndForAll() {
    long id = create(Runs.spec("", Protocol.WIKITEXT));
    given().post("/api/runs/{id}/cancel", id).then().statusCode(200).body("state", is("CANCELLED"));
    given().post("/api/runs/{id}/cancel", id).then().statusCode(200);
    problem(given().post("/api/runs/{id}/cancel", done()).then(), 409)
        .body("detail", endsWith("is DONE already"));
  }

  @Test
  void theInterfaceIsDescribed() throws IOException {
    String document = given().accept("application/json").get("/q/openapi").asString();
    assertThat(document)
        .contains(
            "/api/runs",
            "/api/runs/{id}/windows",
            "/api/runs/{id}/table",
            "/api/runs/{id}/progress",
            "/api/runs/{id}/cancel",
            "text/csv",
            "kNN-LM evaluation");
  }

  private long create(RunSpec spec) {
    return store.create(spec, Runs.provenance(spec), OptionalLong.empty()).id();
  }

  private long done() {
    long id = create(Runs.spec("n", Protocol.WIKITEXT, Runs.EXACT));
    store.begin(id);
    store.plan(id, new Plan(1024, 512, 2, new TextCounts(1112, 1111, 900)));
    Runs.keep(store, id, new ScoredWindow(0, 0, 1024, 1023, List.of(3.0, 10_000.0), 1.5));
    Runs.keep(store, id, new ScoredWindow(1, 512, 600, 88, List.of(2.0, 10_000.0), 0.5));
    store.finish(id);
    assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.DONE);
    return id;
  }

  private static ValidatableResponse post(String body) {
    return given().contentType("application/json").body(body).post("/api/runs").then();
  }

  private static ValidatableResponse problem(ValidatableResponse response, int status) {
    return response
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", is(status));
  }
}
