package org.knnlm.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code knnlm compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Holds the models of runs against the base model of the first run, task by task, with intervals and tests.",
      "With --examples: the examples of a task that they answer differently."
    })
final class CompareCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Output output;

  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Numbers of the runs.")
  private List<Long> runs;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "markdown, latex, csv or json (default: ${DEFAULT-VALUE}); examples are always json.")
  private String format = "markdown";

  @Option(names = "--examples", paramLabel = "TASK", description = "Examples of this task.")
  private String task;

  @Option(names = "--page", description = "Page of examples, from 0.")
  private int page;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String query = "runs=" + runs.stream().map(String::valueOf).collect(Collectors.joining(","));
    try (Api api = connection.open()) {
      output.write(
          task == null
              ? api.text("api/compare?" + query + "&format=" + Query.escaped(format))
              : api.json(
                      "api/compare/examples?%s&task=%s&page=%d"
                          .formatted(query, Query.escaped(task), page))
                  .toPrettyString());
    }
    return ExitCode.DONE.code();
  }
}
