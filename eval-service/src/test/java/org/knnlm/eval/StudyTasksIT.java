package org.knnlm.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of the study's tasks on their data, a few examples of each, by packaged services. */
class StudyTasksIT {
  private static final Path SHARED = ServiceProcess.ROOT.resolveSibling("shared").toAbsolutePath();

  @TempDir private static Path folder;
  private static ServiceProcess lm;
  private static ServiceProcess eval;

  @BeforeAll
  static void start() throws Exception {
    assumeThat(SHARED.resolve("data/tasks")).as("the data sets are not here").exists();
    Path data = folder.resolve("data");
    copy(SHARED.toRealPath().resolve("data/tasks"), data);
    // Not among the data sets: rows in the hub's layouts.
    write(
        data.resolve("hellaswag/validation.jsonl"),
        """
        {"activity_label": "Baking", "ctx": "A man [title] mixes", "endings": ["dough.", "cars.", "a [step] song.", "it."], "label": "0"}
        """);
    write(
        data.resolve("drop/validation.jsonl"),
        """
        {"passage": "Ann ran 12 miles.", "question": "How far did Ann run", "answers_spans": {"spans": ["12"], "types": ["number"]}}
        """);
    write(
        data.resolve("yahoo/test.jsonl"),
        """
        {"id": 1, "topic": 5, "question_title": "Who won?", "question_content": "", "best_answer": "The team."}
        """);
    try (Stream<String> lines = Files.lines(SHARED.resolve("data/wikitext-2/valid.txt"))) {
      write(data.resolve("wikitext/valid.txt"), String.join("\n", lines.limit(60).toList()));
    }
    int lmPort = ServiceProcess.freePort();
    lm =
        ServiceProcess.lm(
            ServiceProcess.ROOT.resolve("deploy/local/tinyfacts/tinyfacts-2.8m").toAbsolutePath(),
            lmPort,
            folder);
    eval = ServiceProcess.eval(lmPort, folder, "knnlm.data", data.toString());
    lm.awaitReady();
    eval.awaitReady();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @AfterAll
  static void stop() {
    if (eval != null) {
      eval.close();
    }
    if (lm != null) {
      lm.close();
    }
  }

  @Test
  void everyTaskIsEvaluated() {
    List<String> tasks = eval.request().get("/api/tasks").jsonPath().getList("name");
    assertThat(tasks).hasSize(21);
    var response =
        eval.request()
            .contentType("application/json")
            .body(Map.of("tasks", tasks, "limit", 2))
            .post("/api/runs");
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    long id = response.jsonPath().getLong("id");
    assertThat(eval.request().get("/api/runs/{id}/progress", id).asString())
        .contains("\"state\":\"DONE\"");
    assertThat(
            eval.request()
                .get("/api/runs/{id}/examples?state=failed", id)
                .jsonPath()
                .getList("items.error"))
        .isEmpty();
    JsonPath table = eval.request().get("/api/runs/{id}/table", id).jsonPath();
    assertThat(table.getList("rows.task")).isEqualTo(tasks);
    for (int i = 0; i < tasks.size(); i++) {
      assertThat(table.getMap("rows[%d].metrics".formatted(i)).values())
          .as(tasks.get(i))
          .doesNotContainNull();
    }
    assertThat(table.getMap("rows[19].groups")).as("sub-tasks of bbh").hasSize(27);
    assertThat(table.getInt("rows[19].examples")).isEqualTo(54);
  }
}
