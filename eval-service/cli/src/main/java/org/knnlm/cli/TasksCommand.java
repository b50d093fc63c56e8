package org.knnlm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code knnlm tasks}. */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = "All tasks and whether their data is there; with a name, that task's definition.")
final class TasksCommand implements Callable<Integer> {
  @Mixin private Connection connection;

  @Parameters(arity = "0..1", paramLabel = "TASK", description = "Name of a task.")
  private String name;

  @Override
  public Integer call() throws InterruptedException {
    try (Api api = connection.open()) {
      System.out.print(name == null ? list(api) : definition(api));
    }
    return ExitCode.DONE.code();
  }

  private static String list(Api api) throws InterruptedException {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("task", "version", "kind", "metrics", "data"));
    for (JsonNode task : api.json("api/tasks")) {
      lines.add(
          List.of(
              task.path("name").asText(),
              task.path("version").asText(),
              task.path("kind").asText(),
              StreamSupport.stream(task.path("metrics").spliterator(), false)
                  .map(JsonNode::asText)
                  .collect(Collectors.joining(" ")),
              task.hasNonNull("missing") ? "missing" : "there"));
    }
    return Columns.of(lines);
  }

  private String definition(Api api) throws InterruptedException {
    JsonNode found = api.json("api/tasks/" + Query.escaped(name));
    String missing =
        found.at("/task/missing").isTextual()
            ? "# " + found.at("/task/missing").asText() + "\n"
            : "";
    return missing + found.path("definition").asText();
  }
}
