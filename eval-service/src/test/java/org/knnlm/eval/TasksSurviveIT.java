package org.knnlm.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.eval.postgres.EmbeddedPostgres;

/** Runs of tasks by packaged services that share a database, and what happens when they die. */
class TasksSurviveIT {
  private static final Path TINYFACTS =
      ServiceProcess.ROOT.resolve("deploy/local/tinyfacts").toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 200;

  /** Three of the kinds; what a user would add is a file, too. */
  private static final Map<String, String> TASKS =
      Map.of(
          "choose",
          """
          score:
            options: options
            premise: "{begin}"
            continuation: " {option}"
            domain: " the answer is:"
            answer: {field: answer, first: 0}
          metrics: [lm, tok_mean, dcpmi, pmi, domain_cond]
          """,
          "classify",
          """
          next_token:
            premise: "{begin} {prompt}"
            prompt: "It is"
            labels: {words: [[a, the], [in, of]]}
            answer: {field: answer, values: [["0", "1"], ["2", "3"]]}
          metrics: [dcpmi, lm, pmi]
          """,
          "write",
          """
          generate:
            prompt: "{begin}"
            max_new_tokens: 12
            answers: end
            grading: question
          metrics: [f1, em, has_answer, too_long]
          """);

  @TempDir private static Path lmFolder;
  private static int lmPort;
  private static ServiceProcess lm;

  @TempDir private Path folder;
  private EmbeddedPostgres postgres;

  @BeforeAll
  static void startLm() throws Exception {
    lmPort = ServiceProcess.freePort();
    startLmAgain();
  }

  private static void startLmAgain() throws Exception {
    lm =
        ServiceProcess.lm(
                TINYFACTS.resolve("tinyfacts-2.8m"), lmPort, lmFolder, "knnlm.model.threads", "1")
            .awaitReady();
  }

  @AfterAll
  static void stopLm() {
    if (lm != null) {
      lm.close();
    }
  }

  @BeforeEach
  void prepare() throws Exception {
    postgres = EmbeddedPostgres.start(folder.resolve("shared"), OptionalInt.empty());
    Files.createDirectories(folder.resolve("tasks"));
    for (Map.Entry<String, String> task : TASKS.entrySet()) {
      Files.writeString(
          folder.resolve("tasks").resolve(task.getKey() + ".yaml"),
          """
          task: %s
          version: 1
          description: for this test
          data: {files: [rows.jsonl], get: nothing}
          """
                  .formatted(task.getKey())
              + task.getValue());
    }
    Files.createDirectories(folder.resolve("data"));
    Files.write(folder.resolve("data/rows.jsonl"), rows());
  }

  /** The beginning of a document of the corpus, its end, and the ends of others. */
  private static List<String> rows() throws Exception {
    List<String[]> documents = new ArrayList<>();
    try (Stream<String> lines = Files.lines(TINYFACTS.resolve("corpus.jsonl"))) {
      lines
          .map(line -> JsonPath.from(line).getString("text").replaceAll("\\s+", " ").split(" "))
          .filter(words -> words.length > 40)
          .limit(ROWS)
          .forEach(documents::add);
    }
    assertThat(documents).hasSize(ROWS);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      List<String> options = new ArrayList<>();
      for (int o = 0; o < 4; o++) {
        options.add(words(documents.get((i + (o == i % 4 ? 0 : o + 1)) % ROWS), 32, 38));
      }
      var row = new HashMap<String, Object>();
      row.put("begin", words(documents.get(i), 0, 32));
      row.put("end", words(documents.get(i), 32, 38));
      row.put("options", options);
      row.put("answer", i % 4);
      if (i == 7) {
        row.remove("answer");
      }
      rows.add(JSON.writeValueAsString(row));
    }
    return rows;
  }

  private static String words(String[] document, int from, int to) {
    return String.join(" ", Arrays.copyOfRange(document, from, to));
  }

  @AfterEach
  void stopDatabase() {
    postgres.close();
  }

  private ServiceProcess eval() throws Exception {
    return ServiceProcess.eval(
            lmPort,
            folder,
            "quarkus.datasource.jdbc.url",
            postgres.jdbcUrl(),
            "quarkus.datasource.username",
            postgres.user(),
            "quarkus.datasource.password",
            postgres.password(),
            "knnlm.tasks",
            folder.resolve("tasks").toString(),
            "knnlm.data",
            folder.resolve("data").toString())
        .awaitReady();
  }

  @Test
  void killedWorkersAndServicesLoseNothingAndChangeNoNumber() throws Exception {
    long unbroken;
    List<JsonNode> numbers;
    JsonNode table;
    long broken;
    ServiceProcess second = null;
    try (var first = eval()) {
      unbroken = post(first);
      awaitState(first, unbroken, "DONE");
      numbers = numbers(first, unbroken);
      table = table(first, unbroken);

      second = eval();
      broken = post(second);
      awaitDone(second, broken, 40);
      first.kill();
    }
    int kept = awaitDone(second, broken, 80);
    lm.kill();
    startLmAgain();
    kept = awaitDone(second, broken, kept + 40);
    second.kill();

    try (var third = eval()) {
      assertThat(run(third, broken).getInt("examplesDone")).isGreaterThanOrEqualTo(kept);
      awaitState(third, broken, "DONE");
      assertThat(run(third, broken).getInt("examplesDone")).isEqualTo(3 * ROWS - 2);
      assertThat(run(third, broken).getInt("examplesFailed")).isEqualTo(2);
      assertThat(numbers(third, broken)).isEqualTo(numbers);
      assertThat(table(third, broken)).isEqualTo(table);
    }
  }

  @Test
  void aRunIsPausedResumedRetriedAndRepeated() throws Exception {
    try (var eval = eval()) {
      long id = post(eval);
      awaitDone(eval, id, 20);
      eval.request().post("/api/runs/{id}/pause", id).then().statusCode(200);
      int paused = awaitStandstill(eval, id);
      assertThat(paused).isLessThan(3 * ROWS - 2);
      assertThat(eval.request().post("/api/runs/{id}/pause", id).statusCode()).isEqualTo(200);
      assertThat(eval.request().get("/api/runs/{id}/table", id).statusCode()).isEqualTo(409);
      eval.request().post("/api/runs/{id}/resume", id).then().statusCode(200);
      awaitState(eval, id, "DONE");
      assertThat(eval.request().post("/api/runs/{id}/resume", id).statusCode()).isEqualTo(409);

      List<String> errors =
          eval.request()
              .get("/api/runs/{id}/examples?state=failed", id)
              .jsonPath()
              .getList("items.error");
      assertThat(errors)
          .hasSize(2)
          .allMatch(
              error -> error.startsWith("rows.jsonl, row 8: there is no field answer, found "));
      List<Float> seconds = seconds(eval, id);
      eval.request().post("/api/runs/{id}/retry", id).then().statusCode(200);
      awaitState(eval, id, "DONE");
      assertThat(seconds(eval, id)).as("the others are left alone").isEqualTo(seconds);

      JsonPath repeat =
          eval.request()
              .post("/api/runs/{id}/repeat", id)
              .then()
              .statusCode(201)
              .extract()
              .jsonPath();
      assertThat(repeat.getLong("repeats")).isEqualTo(id);
      awaitState(eval, repeat.getLong("id"), "DONE");
      assertThat(numbers(eval, repeat.getLong("id"))).isEqualTo(numbers(eval, id));

      Files.writeString(folder.resolve("data/rows.jsonl"), "{}\n");
      var refused = eval.request().post("/api/runs/{id}/repeat", id);
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(refused.jsonPath().getString("detail"))
          .startsWith("the data of the task choose has changed: ");
    }
  }

  private static List<Float> seconds(ServiceProcess eval, long id) {
    return eval.request()
        .get("/api/runs/{id}/examples?state=done&size=1000", id)
        .jsonPath()
        .getList("items.seconds");
  }

  private static long post(ServiceProcess eval) {
    var response =
        eval.request()
            .contentType("application/json")
            .body(Map.of("tasks", List.of("choose", "classify", "write")))
            .post("/api/runs");
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    return response.jsonPath().getLong("id");
  }

  private static JsonPath run(ServiceProcess eval, long id) {
    return eval.request().get("/api/runs/{id}", id).jsonPath();
  }

  private static int awaitDone(ServiceProcess eval, long id, int examples) throws Exception {
    JsonPath run = run(eval, id);
    while (run.getInt("examplesDone") < examples) {
      assertThat(run.getString("state")).as(run.getString("error")).isIn("QUEUED", "RUNNING");
      Thread.sleep(20);
      run = run(eval, id);
    }
    assertThat(run.getString("state")).as("too fast for this test").isEqualTo("RUNNING");
    return run.getInt("examplesDone");
  }

  /** Examples done once those under way are. */
  private static int awaitStandstill(ServiceProcess eval, long id) throws Exception {
    int before = -1;
    int now = run(eval, id).getInt("examplesDone");
    while (now != before) {
      Thread.sleep(2000);
      before = now;
      now = run(eval, id).getInt("examplesDone");
    }
    return now;
  }

  private static void awaitState(ServiceProcess eval, long id, String state) throws Exception {
    JsonPath run = run(eval, id);
    while (List.of("QUEUED", "RUNNING").contains(run.getString("state"))) {
      Thread.sleep(100);
      run = run(eval, id);
    }
    assertThat(run.getString("state")).as(run.getString("error")).isEqualTo(state);
  }

  /** Everything of each example but the time that it took, to the last digit. */
  private static List<JsonNode> numbers(ServiceProcess eval, long id) throws Exception {
    List<JsonNode> numbers = new ArrayList<>();
    for (JsonNode item :
        JSON.readTree(eval.request().get("/api/runs/{id}/examples?size=1000", id).asString())
            .get("items")) {
      ((ObjectNode) item).remove("seconds");
      numbers.add(item);
    }
    return numbers;
  }

  private static JsonNode table(ServiceProcess eval, long id) throws Exception {
    return JSON.readTree(eval.request().get("/api/runs/{id}/table", id).asString()).get("rows");
  }
}
