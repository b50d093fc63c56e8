package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.knnlm.eval.perplexity.Protocol;

/**
 * A task.
 *
 * @param name in requests and tables
 * @param version changes with anything that changes a number
 * @param description a line for people
 * @param data what it reads
 * @param request what it asks
 * @param metrics what it reports, the headline first
 * @param definition the text of its file
 */
public record Task(
    String name,
    int version,
    String description,
    DataSpec data,
    Request request,
    List<Metric> metrics,
    String definition) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final int MAX_NEW_TOKENS = 4096;

  /**
   * Reads a task.
   *
   * @param file for people
   * @param text YAML
   * @throws TaskFileException naming the line at fault
   */
  public static Task parse(String file, String text) {
    YamlMap map = YamlMap.parse(file, text);
    String name = map.text("task");
    if (!NAME.matcher(name).matches()) {
      throw map.problem(
          "task",
          "found \"%s\", allowed are lower-case letters, digits, '_' and '-', at most 64"
              .formatted(name));
    }
    int version = map.integer("version", 1, Integer.MAX_VALUE);
    String description = map.text("description");
    DataSpec data = DataSpec.parse(map.map("data"));
    String kind = map.oneOf("score", "next_token", "generate", "perplexity");
    YamlMap body = map.map(kind);
    Request request =
        switch (kind) {
          case "score" -> score(body);
          case "next_token" -> nextToken(body);
          case "generate" -> generate(body);
          default -> perplexity(body);
        };
    body.end();
    List<Metric> metrics = metrics(map, request);
    map.end();
    return new Task(name, version, description, data, request, metrics, text);
  }

  private static List<Metric> metrics(YamlMap map, Request request) {
    List<Metric> metrics = new ArrayList<>();
    for (String name : map.texts("metrics")) {
      Metric metric =
          request.metrics().stream()
              .filter(known -> known.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      map.problem(
                          "metrics",
                          "found \"%s\", allowed are %s"
                              .formatted(
                                  name,
                                  String.join(
                                      ", ",
                                      request.metrics().stream().map(Metric::name).toList()))));
      if (metrics.contains(metric)) {
        throw map.problem("metrics", "found \"%s\" for the second time".formatted(name));
      }
      metrics.add(metric);
    }
    if (metrics.isEmpty()) {
      throw map.problem("metrics", "found none, at least one is needed");
    }
    if (request instanceof Request.Perplexity && !metrics.equals(request.metrics())) {
      throw map.problem("metrics", "perplexity has exactly loss, targets");
    }
    return metrics;
  }

  private static Request score(YamlMap map) {
    boolean listed = !map.isList("options");
    return new Request.Score(
        listed ? List.of() : templates(map),
        listed ? Optional.of(map.text("options")) : Optional.empty(),
        map.parsed("premise", Template::parse),
        map.parsed("continuation", Template::parse),
        map.optionalText("domain"),
        Answer.parse(map.map("answer")),
        map.optionalMap("reference_answer").map(Answer::parse),
        map.optionalText("clean").map(clean -> wikihow(map, clean)).orElse(false));
  }

  private static List<Template> templates(YamlMap map) {
    try {
      return map.texts("options").stream().map(Template::parse).toList();
    } catch (IllegalArgumentException e) {
      throw map.problem("options", e.getMessage());
    }
  }

  private static boolean wikihow(YamlMap map, String clean) {
    if (!clean.equals("wikihow")) {
      throw map.problem("clean", "found \"%s\", allowed is \"wikihow\"".formatted(clean));
    }
    return true;
  }

  private static Request nextToken(YamlMap map) {
    return new Request.NextToken(
        map.parsed("premise", Template::parse),
        map.text("prompt"),
        map.optionalText("prompt_llama2"),
        Labels.parse(map.map("labels")),
        Answer.parse(map.map("answer")));
  }

  private static Request generate(YamlMap map) {
    boolean inFile = map.oneOf("prompt", "prompt_file").equals("prompt_file");
    boolean shots = map.has("shots");
    return new Request.Generate(
        inFile ? Optional.empty() : Optional.of(map.parsed("prompt", Template::parse)),
        inFile ? Optional.of(map.text("prompt_file")) : Optional.empty(),
        shots ? map.integer("shots", 1, 100) : 0,
        shots ? Optional.of(map.parsed("shot", Template::parse)) : Optional.empty(),
        map.integer("max_new_tokens", 1, MAX_NEW_TOKENS),
        map.optionalText("stop"),
        map.has("cut") ? map.parsed("cut", Task::cut) : Request.Generate.Cut.LEFT,
        map.has("max_prompt_tokens")
            ? Optional.of(map.integer("max_prompt_tokens", 1, Integer.MAX_VALUE))
            : Optional.empty(),
        map.text("answers"),
        map.parsed("grading", Grading::of));
  }

  private static Request.Generate.Cut cut(String side) {
    return switch (side) {
      case "left" -> Request.Generate.Cut.LEFT;
      case "right" -> Request.Generate.Cut.RIGHT;
      default ->
          throw new IllegalArgumentException(
              "found \"%s\", allowed are left and right".formatted(side));
    };
  }

  private static Request perplexity(YamlMap map) {
    return new Request.Perplexity(
        map.parsed(
            "protocol",
            key ->
                Protocol.ofKey(key)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "found \"%s\", allowed are wikitext and blocks".formatted(key)))));
  }
}
