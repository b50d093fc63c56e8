package org.knnlm.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.eval.postgres.EmbeddedPostgres;

/** Packaged services with the tiny model, and what happens when they die. */
class RunsSurviveIT {
  private static final Path MODEL =
      ServiceProcess.ROOT.resolve("deploy/local/tinyfacts/tinyfacts-2.8m").toAbsolutePath();
  private static final Path CORPUS =
      ServiceProcess.ROOT.resolve("deploy/local/tinyfacts/corpus.jsonl").toAbsolutePath();

  @TempDir private static Path lmFolder;
  private static int lmPort;
  private static ServiceProcess lm;

  @TempDir private Path folder;

  @BeforeAll
  static void startLm() throws Exception {
    lmPort = ServiceProcess.freePort();
    startLmAgain();
  }

  private static void startLmAgain() throws Exception {
    // One thread: slow enough to be killed in the middle on a machine that is free, and not much
    // slower on one that is busy.
    lm = ServiceProcess.lm(MODEL, lmPort, lmFolder, "knnlm.model.threads", "1").awaitReady();
  }

  @AfterAll
  static void stopLm() {
    if (lm != null) {
      lm.close();
    }
  }

  @Test
  void aRunBrokenByKillsEndsWithTheVeryNumbers() throws Exception {
    String unbroken;
    List<Map<String, Object>> windows;
    long broken;
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      long id = post(eval, CORPUS);
      assertThat(awaitEnd(eval, id)).isEqualTo("DONE");
      windows = windows(eval, id);
      unbroken = rows(eval, id);
      assertThat(windows).hasSizeGreaterThan(50);

      broken = post(eval, CORPUS);
      awaitWindows(eval, broken, 5);
      eval.kill();
    }
    int kept;
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      kept = awaitWindows(eval, broken, 10);
      // SIGTERM this time: stops in order, the run waits for the next start
    }
    assertThat(folder.resolve("postgres/data/postmaster.pid")).doesNotExist();
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      assertThat(progress(eval, broken).getInt("windowsDone")).isGreaterThanOrEqualTo(kept);
      assertThat(awaitEnd(eval, broken)).isEqualTo("DONE");
      assertThat(numbers(windows(eval, broken))).isEqualTo(numbers(windows));
      assertThat(rows(eval, broken)).isEqualTo(unbroken);
    }
  }

  @Test
  void aRunWaitsForAnLmServiceThatComesBack() throws Exception {
    try (var eval = ServiceProcess.eval(lmPort, folder, "knnlm.lm.patience", "3m").awaitReady()) {
      long id = post(eval, CORPUS);
      awaitWindows(eval, id, 5);
      lm.kill();
      startLmAgain();
      assertThat(awaitEnd(eval, id)).isEqualTo("DONE");
    }
  }

  @Test
  void aRunWhoseLmServiceStaysAwayFailsAndHasNoTable() throws Exception {
    try (var eval = ServiceProcess.eval(lmPort, folder, "knnlm.lm.patience", "2s").awaitReady()) {
      long id = post(eval, CORPUS);
      awaitWindows(eval, id, 5);
      lm.kill();
      try {
        assertThat(awaitEnd(eval, id)).isEqualTo("FAILED");
        assertThat(eval.request().get("/api/runs/{id}", id).jsonPath().getString("error"))
            .startsWith("lm-service does not answer (UNAVAILABLE)")
            .contains("127.0.0.1");
        assertThat(eval.request().get("/api/runs/{id}/table", id).statusCode()).isEqualTo(409);
        assertThat(eval.request().get("/q/health/ready").statusCode()).isEqualTo(503);
      } finally {
        startLmAgain();
      }
      assertThat(awaitEnd(eval, post(eval, shortText()))).isEqualTo("DONE");
    }
  }

  @Test
  void aTextThatChangedUnderARunFailsIt() throws Exception {
    Path text = Files.copy(CORPUS, folder.resolve("text.jsonl"));
    long id;
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      id = post(eval, text);
      awaitWindows(eval, id, 5);
      eval.kill();
    }
    Files.writeString(text, "{\"text\": \"another\"}\n");
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      assertThat(awaitEnd(eval, id)).isEqualTo("FAILED");
      assertThat(eval.request().get("/api/runs/{id}", id).jsonPath().getString("error"))
          .contains("text.jsonl has changed: its SHA-256 is ");
    }
  }

  @Test
  void runsAreCarriedOutInOrderAndACancelledOneStops() throws Exception {
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      long first = post(eval, CORPUS);
      long second = post(eval, shortText());
      awaitWindows(eval, first, 5);
      assertThat(progress(eval, second).getString("state")).isEqualTo("QUEUED");
      eval.request().post("/api/runs/{id}/cancel", first).then().statusCode(200);
      int kept = progress(eval, first).getInt("windowsDone");
      assertThat(awaitEnd(eval, second)).isEqualTo("DONE");
      JsonPath cancelled = progress(eval, first);
      assertThat(cancelled.getString("state")).isEqualTo("CANCELLED");
      assertThat(cancelled.getInt("windowsDone"))
          .isEqualTo(kept)
          .isLessThan(cancelled.getInt("windowsTotal"));
    }
  }

  @Test
  void servicesOnOneDatabaseTakeOverFromEachOther() throws Exception {
    try (var postgres = EmbeddedPostgres.start(folder.resolve("shared"), OptionalInt.empty())) {
      String[] database = {
        "quarkus.datasource.jdbc.url", postgres.jdbcUrl(),
        "quarkus.datasource.username", postgres.user(),
        "quarkus.datasource.password", postgres.password()
      };
      try (var first = ServiceProcess.eval(lmPort, folder, database).awaitReady();
          var second = ServiceProcess.eval(lmPort, folder, database).awaitReady()) {
        long id = post(first, CORPUS);
        awaitWindows(second, id, 5);
        assertThat(second.log()).doesNotContain("RunWorker");
        first.kill();
        assertThat(awaitEnd(second, id)).isEqualTo("DONE");
        assertThat(second.log()).contains("run %d: RUNNING".formatted(id));
        assertThat(windows(second, id)).hasSizeGreaterThan(50);
      }
      assertThat(folder.resolve("postgres")).doesNotExist();
    }
  }

  @Test
  void aSecondServiceOnTheSameFolderIsToldSo() throws Exception {
    try (var eval = ServiceProcess.eval(lmPort, folder).awaitReady()) {
      ServiceProcess second = ServiceProcess.eval(lmPort, folder);
      assertThat(second.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(second.process().exitValue()).isEqualTo(1);
      assertThat(second.log())
          .contains(
              "eval-service: process %d already uses the database folder "
                  .formatted(eval.process().pid()))
          .doesNotContain("\tat ");
      assertThat(eval.request().get("/q/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aSettingThatCannotBeStopsTheService() throws Exception {
    ServiceProcess eval =
        ServiceProcess.eval(lmPort, folder, "knnlm.texts", folder.resolve("none").toString());
    assertThat(eval.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(eval.process().exitValue()).isNotZero();
    assertThat(eval.log()).contains("setting knnlm.texts: ").contains("none is no folder");
    assertThat(folder.resolve("postgres/data/postmaster.pid")).doesNotExist();
  }

  private Path shortText() throws Exception {
    return Files.writeString(
        folder.resolve("short.jsonl"), Files.readAllLines(CORPUS).getFirst() + "\n");
  }

  private static long post(ServiceProcess eval, Path text) {
    var response =
        eval.request()
            .contentType("application/json")
            .body(Map.of("protocol", "blocks", "text", text.toString()))
            .post("/api/runs");
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    long id = response.jsonPath().getLong("id");
    assertThat(response.header("Location")).endsWith("/api/runs/" + id);
    return id;
  }

  private static JsonPath progress(ServiceProcess eval, long id) {
    return eval.request().get("/api/runs/{id}", id).jsonPath();
  }

  private static int awaitWindows(ServiceProcess eval, long id, int windows) throws Exception {
    JsonPath run = progress(eval, id);
    while (run.getInt("windowsDone") < windows) {
      assertThat(run.getString("state")).isIn("QUEUED", "RUNNING");
      Thread.sleep(20);
      run = progress(eval, id);
    }
    assertThat(run.getString("state")).as("too fast for this test").isEqualTo("RUNNING");
    return run.getInt("windowsDone");
  }

  private static String awaitEnd(ServiceProcess eval, long id) {
    String events = eval.request().get("/api/runs/{id}/progress", id).asString();
    String last =
        events
            .lines()
            .filter(line -> line.startsWith("data:"))
            .reduce((one, other) -> other)
            .orElseThrow();
    return JsonPath.from(last.substring("data:".length())).getString("state");
  }

  private static List<Map<String, Object>> windows(ServiceProcess eval, long id) {
    return eval.request().get("/api/runs/{id}/windows?size=1000", id).jsonPath().getList("items");
  }

  private static List<String> numbers(List<Map<String, Object>> windows) {
    return windows.stream()
        .map(
            window ->
                window.get("window") + " " + window.get("targets") + " " + window.get("losses"))
        .toList();
  }

  private static String rows(ServiceProcess eval, long id) {
    return eval.request().get("/api/runs/{id}/table", id).jsonPath().getString("rows");
  }
}
