package org.knnlm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code knnlm run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Starts a run and follows it to its end: tasks, or a text, under the base model and any number of settings.",
    footer = {
      "",
      "Example:",
      "  knnlm run --task obqa --task rte --setting datastore=wiki,k=1024,temperature=10,lambda=0.25"
    })
final class RunCommand implements Callable<Integer> {
  /** Keys of a setting whose values are text, also where they look like numbers. */
  private static final Set<String> NAMES = Set.of("datastore", "preset");

  @Mixin private Connection connection;

  @Spec private CommandSpec command;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "The body of POST /api/runs; - reads standard input. Other options change what it says.")
  private Path file;

  @Option(names = "--name", description = "For people.")
  private String name;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      split = ",",
      description = "A task; may be given several times.")
  private List<String> tasks = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Most examples of each task (default: all).")
  private Integer limit;

  @Option(names = "--text", paramLabel = "FILE", description = "A text, instead of tasks.")
  private String text;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description = "How the text becomes windows: wikitext or blocks.")
  private String protocol;

  @Option(
      names = "--setting",
      paramLabel = "KEY=VALUE,…",
      description = {
        "A retrieval setting: datastore, k, temperature, lambda, nprobe, exactDistances, preset,",
        "oracle.rank or oracle.distance (puts the right answer among the neighbours);",
        "may be given several times."
      })
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "Refuse to run when lm-service has another model.")
  private String model;

  @Option(names = "--detach", description = "Print the run's number and do not wait for it.")
  private boolean detach;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "How long eval-service, or what it needs, may stay away (default: ${DEFAULT-VALUE}).")
  private int patience = 120;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ObjectNode body = body();
    try (Api api = connection.open()) {
      long run = ask(api, body);
      System.out.println(run);
      return detach
          ? ExitCode.DONE.code()
          : new Watch(api, System.err, Duration.ofSeconds(patience)).toTheEnd(run).code();
    }
  }

  /**
   * Asks again while eval-service says that it, or what it needs, is away. A request that nobody
   * answered may have been heard.
   */
  private long ask(Api api, ObjectNode body) throws InterruptedException {
    long start = System.nanoTime();
    String said = "";
    while (true) {
      try {
        if (model != null) {
          requireModel(api);
        }
        return api.post("api/runs", body).path("id").asLong();
      } catch (UnreachableException e) {
        if (!e.isAnswer() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(patience)) {
          throw e;
        }
        if (!e.getMessage().equals(said)) {
          said = e.getMessage();
          System.err.println(said + "; trying again");
        }
        Thread.sleep(Watch.PAUSE);
      }
    }
  }

  /** Readiness says which model it is of. */
  private void requireModel(Api api) throws InterruptedException {
    String found =
        api.json("q/health/ready")
            .path("checks")
            .valueStream()
            .filter(check -> check.path("name").asText().equals("lm-service"))
            .map(check -> check.at("/data/model").asText())
            .findAny()
            .orElse("");
    if (!found.equals(model)) {
      throw new RefusedException(
          "--model: found \"%s\", lm-service has \"%s\"".formatted(model, found));
    }
  }

  private ObjectNode body() throws IOException {
    ObjectNode body = file == null ? Api.JSON.createObjectNode() : read();
    if (name != null) {
      body.put("name", name);
    }
    if (!tasks.isEmpty()) {
      ArrayNode list = body.putArray("tasks");
      tasks.forEach(list::add);
    }
    if (limit != null) {
      body.put("limit", limit);
    }
    if (text != null) {
      body.put("text", text);
    }
    if (protocol != null) {
      body.put("protocol", protocol);
    }
    if (!settings.isEmpty()) {
      ArrayNode list = body.putArray("settings");
      settings.forEach(setting -> list.add(setting(setting)));
    }
    return body;
  }

  private ObjectNode read() throws IOException {
    String content =
        file.toString().equals("-")
            ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
            : Files.readString(file);
    try {
      if (Api.JSON.readTree(content) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw wrong("--json: %s is no JSON: %s".formatted(file, e.getMessage()));
    }
    throw wrong("--json: %s is no JSON object".formatted(file));
  }

  private ObjectNode setting(String text) {
    ObjectNode setting = Api.JSON.createObjectNode();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw wrong(
            "--setting: found \"%s\", KEY=VALUE pairs are needed with commas between them"
                .formatted(text));
      }
      String key = pair.substring(0, equals);
      String value = pair.substring(equals + 1);
      int dot = key.indexOf('.');
      if (NAMES.contains(key)) {
        setting.put(key, value);
      } else if (dot > 0) {
        setting.withObject("/" + key.substring(0, dot)).set(key.substring(dot + 1), value(value));
      } else {
        setting.set(key, value(value));
      }
    }
    return setting;
  }

  /** A number or true and false as such; all else is text. */
  private static JsonNode value(String text) {
    try {
      JsonNode value = Api.JSON.readTree(text);
      if (value.isNumber() || value.isBoolean()) {
        return value;
      }
    } catch (IOException e) {
      // text
    }
    return Api.JSON.getNodeFactory().textNode(text);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
