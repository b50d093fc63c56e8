package org.knnlm.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a run of the embedded model's tasks says: right answers without retrieval, with it, and with
 * an oracle.
 *
 * @param rows the tasks, those of a group together
 */
record Study(List<Row> rows) {
  /** What is held against what. */
  static final List<String> MODELS = List.of("base", "kNN-LM", "oracle");

  /** What a task asks for. */
  enum Group {
    MEMORY,
    REASONING,
    CLASSIFICATION;

    /** For people. */
    String title() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
  }

  private record Task(Group group, String name) {}

  private static final List<Task> TASKS =
      List.of(
          new Task(Group.MEMORY, "recall_names"),
          new Task(Group.MEMORY, "recall_numbers"),
          new Task(Group.REASONING, "join"),
          new Task(Group.REASONING, "comparison"),
          new Task(Group.REASONING, "counting"),
          new Task(Group.CLASSIFICATION, "description"));

  /** A share of right answers and its bootstrap interval. */
  record Score(double value, double low, double high) {}

  /**
   * A task.
   *
   * @param chance the share that guessing gets
   * @param scores of {@link #MODELS}
   */
  record Row(Group group, String task, int examples, double chance, List<Score> scores) {}

  /** Puts the tasks and their questions where eval-service looks for them. */
  static void install(Path tasks, Path data) throws IOException {
    Path definitions = Files.createDirectories(data.resolve("tasks"));
    Path questions = Files.createDirectories(data.resolve("data-sets/tinyfacts"));
    try (Stream<Path> files = Files.list(tasks)) {
      for (Path file : files.toList()) {
        Path folder = file.toString().endsWith(".yaml") ? definitions : questions;
        Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The run to ask eval-service for: plain retrieval, and the same with an oracle. */
  static ObjectNode run(ObjectNode setting) {
    ObjectNode run = new ObjectMapper().createObjectNode().put("name", "The study in a minute");
    ArrayNode tasks = run.putArray("tasks");
    TASKS.forEach(task -> tasks.add(task.name()));
    ArrayNode settings = run.putArray("settings").add(setting);
    settings.add(setting.deepCopy().set("oracle", run.objectNode().put("rank", 1)));
    return run;
  }

  /**
   * The results of such a run.
   *
   * @param comparison the answer of {@code /api/compare}
   * @param tasks folder of the tasks' questions
   */
  static Study of(JsonNode comparison, Path tasks) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Task task : TASKS) {
      JsonNode results = headline(comparison, task.name());
      List<Score> scores = new ArrayList<>();
      for (JsonNode result : results) {
        scores.add(
            new Score(
                result.path("value").asDouble(),
                result.at("/interval/low").asDouble(),
                result.at("/interval/high").asDouble()));
      }
      int examples = results.path(0).path("examples").asInt();
      double chance = chance(tasks.resolve(task.name() + ".jsonl"));
      rows.add(new Row(task.group(), task.name(), examples, chance, scores));
    }
    return new Study(rows);
  }

  private static JsonNode headline(JsonNode comparison, String task) {
    for (JsonNode row : comparison.path("rows")) {
      JsonNode metric = row.path("metric");
      if (metric.path("task").asText().equals(task) && metric.path("headline").asBoolean()) {
        return row.path("results");
      }
    }
    throw new IllegalArgumentException("no results of the task " + task);
  }

  private static double chance(Path questions) throws IOException {
    var json = new ObjectMapper();
    double sum = 0;
    List<String> lines = Files.readAllLines(questions);
    for (String line : lines) {
      sum += 1.0 / json.readTree(line).path("options").size();
    }
    return sum / lines.size();
  }

  /** The mean over a group's tasks of what a model reaches. */
  double mean(Group group, int model) {
    return rows.stream()
        .filter(row -> row.group() == group)
        .mapToDouble(row -> row.scores().get(model).value())
        .average()
        .orElseThrow();
  }
}
