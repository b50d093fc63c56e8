package org.knnlm.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A task with its data.
 *
 * @param task the task
 * @param rows its examples in order; none of a perplexity task, whose examples are windows
 * @param shots prompt text before the examples of each group; empty for tasks without
 * @param labels words of each label, without blanks before them; none but for next_token
 * @param prompt template of the prompt file, or of the task
 */
public record LoadedTask(
    Task task,
    List<Row> rows,
    Map<String, String> shots,
    List<List<String>> labels,
    Template prompt) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the data of a task.
   *
   * @param files as {@link DataFolder#files} found them
   * @param limit most examples of each group, the first ones after draws and what is left out
   * @throws IOException when a file is not what its extension says
   */
  public static LoadedTask load(
      Task task, List<DataFile> files, int limit, DataFolder folder, RowReader reader)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    Map<String, String> shots = new LinkedHashMap<>();
    if (!(task.request() instanceof Request.Perplexity)) {
      int rowFiles = folder.rowFiles(task).size();
      for (DataFile file : files.subList(0, rowFiles)) {
        List<Row> ofFile = rows(task, file.path(), reader.read(folder.path(file.path())));
        if (task.request() instanceof Request.Generate generate && generate.shots() > 0) {
          shots.put(group(task, file.path()), shots(generate, file.path(), ofFile));
          ofFile = ofFile.subList(generate.shots(), ofFile.size());
        }
        rows.addAll(ofFile);
      }
      rows = drawn(task, rows);
    }
    return new LoadedTask(
        task, first(limit, rows), shots, labels(task, folder), prompt(task, folder));
  }

  private static List<Row> rows(Task task, String file, List<JsonNode> objects) {
    String group = group(task, file);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      var row = new Row("%s, row %d".formatted(file, i + 1), group, objects.get(i));
      if (task.data().skip().isEmpty() || !task.data().skip().get().skips(row)) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** A sub-task is called as its file, or as the folder of its file in the hub's layout. */
  private static String group(Task task, String file) {
    if (!task.data().grouped()) {
      return "";
    }
    Path path = Path.of(file);
    String name = path.getFileName().toString().replaceFirst("\\.\\w+$", "");
    return name.contains("-0000") ? path.getParent().getFileName().toString() : name;
  }

  private static String shots(Request.Generate generate, String file, List<Row> rows)
      throws IOException {
    if (rows.size() <= generate.shots()) {
      throw new IOException(
          "%s has %d rows, more than %d are needed".formatted(file, rows.size(), generate.shots()));
    }
    var text = new StringBuilder();
    rows.subList(0, generate.shots())
        .forEach(row -> text.append(generate.shot().orElseThrow().fill(row)));
    return text.toString();
  }

  private static List<Row> drawn(Task task, List<Row> rows) {
    if (task.data().draw().isEmpty() || rows.isEmpty()) {
      return rows;
    }
    DataSpec.Draw draw = task.data().draw().get();
    return IntStream.of(NumpyChoice.draw(rows.size(), draw.examples(), draw.seed()))
        .mapToObj(rows::get)
        .toList();
  }

  private static List<Row> first(int limit, List<Row> rows) {
    Map<String, Integer> counts = new HashMap<>();
    return rows.stream()
        .filter(row -> counts.merge(row.group(), 1, Integer::sum) <= limit)
        .toList();
  }

  private static Template prompt(Task task, DataFolder folder) throws IOException {
    if (!(task.request() instanceof Request.Generate generate)) {
      return Template.parse("");
    }
    return generate.promptFile().isPresent()
        ? Template.parse(Files.readString(folder.path(generate.promptFile().get())))
        : generate.prompt().orElseThrow();
  }

  private static List<List<String>> labels(Task task, DataFolder folder) throws IOException {
    if (!(task.request() instanceof Request.NextToken next)) {
      return List.of();
    }
    return switch (next.labels()) {
      case Labels.Words(List<List<String>> words) -> words;
      case Labels.Lines(String file) -> lines(folder.path(file));
      case Labels.Json(String file) -> json(file, folder.path(file));
    };
  }

  private static List<List<String>> lines(Path file) throws IOException {
    List<List<String>> labels =
        Files.readAllLines(file).stream()
            .map(line -> Arrays.asList(Filter.trimmed(line).split(", ", -1)))
            .toList();
    int shortest = labels.stream().mapToInt(List::size).min().orElse(0);
    return labels.stream().map(words -> words.subList(0, shortest)).toList();
  }

  private static List<List<String>> json(String name, Path file) throws IOException {
    JsonNode object = JSON.readTree(file.toFile());
    if (!object.isObject()) {
      throw new IOException(name + ": an object with a list of words for each label is needed");
    }
    List<List<String>> labels = new ArrayList<>();
    for (String label : (Iterable<String>) object::fieldNames) {
      labels.add(new Row(name, "", object).texts(label));
    }
    return labels;
  }
}
