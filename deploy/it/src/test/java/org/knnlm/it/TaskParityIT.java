package org.knnlm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.local.EvalClient;
import org.knnlm.local.LocalStack;

/**
 * Tasks through the packaged services on a real model, each example held against the outputs of the
 * public Python reference: the base model and kNN with k = 1024, λ = 0.2, T = 10.
 */
class TaskParityIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of scores, relative. */
  private static final double TOLERANCE = 1e-3;

  /** A score that is a difference may be nearer to 0 than the rounding of what it is made of. */
  private static final Map<String, Double> OF_DIFFERENCES =
      Map.of("obqa", 2e-4, "sst2", 5e-3, "rte", 5e-3);

  @TempDir static Path data;
  private static LocalStack stack;
  private static EvalClient eval;

  @BeforeAll
  static void start() throws Exception {
    copy(Shared.golden("dstore"), data.resolve("datastores/golden"));
    for (String set : List.of("openbookqa", "winogrande", "sst2", "rte", "nq_open", "gsm8k")) {
      copy(Shared.data("tasks").resolve(set), data.resolve("data-sets").resolve(set));
    }
    // The reference's outputs stop after 64 tokens: a task of our own, which is a file and no Java.
    Path definition = Shared.ROOT.resolve("eval-service/src/main/resources/tasks/gsm8k.yaml");
    Files.createDirectories(data.resolve("tasks"));
    Files.writeString(
        data.resolve("tasks/gsm8k_64.yaml"),
        Files.readString(definition)
            .replace("task: gsm8k", "task: gsm8k_64")
            .replace("max_new_tokens: 512", "max_new_tokens: 64"));
    stack = LocalStack.start(Shared.ROOT, Shared.smolLm2(), data);
    eval = new EvalClient(stack.evalPort());
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      eval.close();
      stack.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"obqa, 100", "winogrande, 60", "sst2, 200", "rte, 60"})
  void scoresAndPredictionsAreTheReferences(String task, int examples) throws Exception {
    List<JsonNode> ours = evaluate(task, examples);
    List<List<JsonNode>> golden = golden(task, examples);
    for (int setting = 0; setting < golden.size(); setting++) {
      for (int i = 0; i < examples; i++) {
        JsonNode row = golden.get(setting).get(i);
        JsonNode outcome = ours.get(i).get("outcomes").get(setting);
        for (String rule : (Iterable<String>) row.get("scores")::fieldNames) {
          String where = "%s %d, setting %d, %s".formatted(task, i, setting, rule);
          List<Double> expected = numbers(row.at("/scores/" + rule));
          List<Double> found = numbers(outcome.at("/scores/" + rule));
          assertClose(found, expected, rule.endsWith("pmi") ? OF_DIFFERENCES.get(task) : 0, where);
          int prediction = row.at("/pred/" + rule).asInt();
          if (!isTie(expected, prediction)) {
            assertThat(outcome.at("/predictions/" + rule).asInt()).as(where).isEqualTo(prediction);
          }
        }
      }
    }
    accuraciesAreTheReferences(task, golden);
  }

  /** Of the whole run: the means of what the examples say, predictions of ties aside. */
  private static void accuraciesAreTheReferences(String task, List<List<JsonNode>> golden)
      throws Exception {
    JsonNode rows = eval.table(lastRun).get("rows");
    for (int setting = 0; setting < golden.size(); setting++) {
      List<JsonNode> examples = golden.get(setting);
      JsonNode metrics = rows.get(setting).get("metrics");
      for (String rule : (Iterable<String>) examples.getFirst().get("pred")::fieldNames) {
        long right =
            examples.stream()
                .filter(row -> row.at("/pred/" + rule).asInt() == row.get("label").asInt())
                .count();
        assertThat(metrics.get(rule).asDouble())
            .as("%s, setting %d, %s", task, setting, rule)
            .isCloseTo(right / (double) examples.size(), within(2.0 / examples.size()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"nq, nq_open, 15", "gsm8k_64, gsm8k, 3"})
  void continuationsAreTheReferences(String task, String file, int examples) throws Exception {
    List<JsonNode> ours = evaluate(task, examples);
    List<List<JsonNode>> golden = golden(file, examples);
    for (int setting = 0; setting < golden.size(); setting++) {
      for (int i = 0; i < examples; i++) {
        JsonNode row = golden.get(setting).get(i);
        JsonNode outcome = ours.get(i).get("outcomes").get(setting);
        String where = "%s %d, setting %d".formatted(task, i, setting);
        assertThat(outcome.get("prediction").asText())
            .as(where)
            .isEqualTo(row.get("prediction").asText());
        if (row.has("f1")) {
          assertThat(outcome.at("/metrics/f1").asDouble()).isEqualTo(row.get("f1").asDouble());
          assertThat(outcome.at("/metrics/em").asInt())
              .isEqualTo(row.get("em").asBoolean() ? 1 : 0);
          assertThat(outcome.at("/metrics/has_answer").asInt())
              .isEqualTo(row.get("has_answer").asBoolean() ? 1 : 0);
        } else {
          assertThat(outcome.get("correct").asBoolean()).isEqualTo(row.get("correct").asBoolean());
        }
      }
    }
  }

  /** Each batch meets others in the model and in the index, and never the same ones. */
  @Test
  void runsBesideEachOtherGiveTheSameBits() throws Exception {
    ObjectNode run = JSON.createObjectNode();
    run.put("limit", 24).putArray("tasks").add("obqa").add("sst2").add("nq");
    run.putArray("settings").add(setting());
    List<String> ids = List.of(eval.start(run), eval.start(run));
    List<List<JsonNode>> numbers = new ArrayList<>();
    for (String id : ids) {
      eval.follow(id, progress -> {});
      List<JsonNode> rows = rows(id);
      rows.forEach(row -> ((ObjectNode) row).remove("seconds"));
      numbers.add(rows);
    }
    assertThat(numbers.getFirst()).hasSize(3 * 24);
    assertThat(numbers.getLast()).isEqualTo(numbers.getFirst());
  }

  private static ObjectNode setting() {
    return JSON.createObjectNode()
        .put("datastore", "golden")
        .put("k", 1024)
        .put("lambda", 0.2)
        .put("temperature", 10);
  }

  private static List<JsonNode> rows(String id) throws Exception {
    List<JsonNode> rows = new ArrayList<>();
    JSON.readTree(eval.get("/api/runs/%s/examples?size=1000".formatted(id)))
        .get("items")
        .forEach(rows::add);
    return rows;
  }

  @Test
  void dataThatIsNotHereIsNamedWithTheCommandThatGetsIt() throws Exception {
    JsonNode tasks = JSON.readTree(eval.get("/api/tasks"));
    for (JsonNode task : tasks) {
      if (task.get("name").asText().equals("hellaswag")) {
        assertThat(task.get("missing").asText())
            .contains("hellaswag/validation.jsonl")
            .contains("hf download Rowan/hellaswag");
      }
    }
    assertThat(tasks).hasSizeGreaterThanOrEqualTo(22);
  }

  private static String lastRun;

  private static List<JsonNode> evaluate(String task, int examples) throws Exception {
    ObjectNode run = JSON.createObjectNode();
    run.put("limit", examples).putArray("tasks").add(task);
    run.putArray("settings").add(setting());
    String id = eval.start(run);
    eval.follow(id, progress -> {});
    assertThat(eval.run(id).path("state").asText())
        .as(eval.run(id).path("error").asText())
        .isEqualTo("DONE");
    assertThat(eval.run(id).path("examplesFailed").asInt()).isZero();
    lastRun = id;
    List<JsonNode> rows = rows(id);
    assertThat(rows).hasSize(examples);
    return rows;
  }

  /** The rows of the base model, then those of kNN. */
  private static List<List<JsonNode>> golden(String task, int examples) throws IOException {
    List<List<JsonNode>> golden = new ArrayList<>();
    for (String setting : List.of("base", "knn")) {
      List<JsonNode> rows = new ArrayList<>();
      for (String line :
          Files.readAllLines(Shared.golden("tasks/%s.%s.jsonl".formatted(task, setting)))) {
        rows.add(JSON.readTree(line));
      }
      assertThat(rows).hasSize(examples);
      golden.add(rows);
    }
    return golden;
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }

  private static void assertClose(
      List<Double> found, List<Double> expected, double least, String where) {
    assertThat(found).as(where).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(Math.abs(found.get(i) - expected.get(i)))
          .as("%s, option %d: %s, expected %s", where, i, found, expected)
          .isLessThanOrEqualTo(Math.max(least, TOLERANCE * Math.abs(expected.get(i))));
    }
  }

  /** Whether another option is as close to the best as the scores are to the reference's. */
  private static boolean isTie(List<Double> scores, int best) {
    for (int i = 0; i < scores.size(); i++) {
      double larger = Math.max(Math.abs(scores.get(i)), Math.abs(scores.get(best)));
      if (i != best && Math.abs(scores.get(i) - scores.get(best)) <= 2 * TOLERANCE * larger) {
        return true;
      }
    }
    return false;
  }
}
