package org.knnlm.eval.comparison;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One model in the layout of the results file of lm-evaluation-harness 0.4, so that what reads
 * those reads this. Metrics keep the names that they have here; "none" is the harness' name for no
 * filter.
 */
public record HarnessResults(
    Map<String, Map<String, Object>> results,
    @JsonProperty("group_subtasks") Map<String, List<String>> groupSubtasks,
    Map<String, Map<String, Object>> configs,
    Map<String, Integer> versions,
    @JsonProperty("n-shot") Map<String, Integer> shots,
    @JsonProperty("higher_is_better") Map<String, Map<String, Boolean>> higherIsBetter,
    @JsonProperty("n-samples") Map<String, Samples> samples,
    Config config,
    @JsonProperty("git_hash") String gitHash,
    double date,
    @JsonProperty("model_source") String modelSource,
    @JsonProperty("model_name") String modelName,
    @JsonProperty("model_name_sanitized") String sanitizedModelName,
    @JsonProperty("start_time") double startTime,
    @JsonProperty("end_time") double endTime,
    @JsonProperty("total_evaluation_time_seconds") String seconds) {

  /** Examples of a task, and those of them that were scored. */
  public record Samples(int original, int effective) {}

  /** What was evaluated. */
  public record Config(
      String model,
      @JsonProperty("model_args") String modelArgs,
      @JsonProperty("model_dtype") String datatype,
      @JsonProperty("model_sha") String modelSha256,
      String device,
      @JsonProperty("bootstrap_iters") int bootstrapIterations) {}

  /**
   * What a results file says beside the results.
   *
   * @param config what was evaluated
   * @param shots examples in the prompts of each task
   * @param gitRevision of the service
   * @param started when the run began
   * @param finished when it ended
   */
  public record About(
      Config config,
      Map<String, Integer> shots,
      String gitRevision,
      Instant started,
      Instant finished) {}

  /**
   * The results of one model of a comparison.
   *
   * @param index of the model
   */
  public static HarnessResults of(Comparison comparison, int index, About about) {
    Map<String, Map<String, Object>> results = new TreeMap<>();
    Map<String, Map<String, Object>> configs = new TreeMap<>();
    Map<String, Integer> versions = new TreeMap<>();
    Map<String, Map<String, Boolean>> higherIsBetter = new TreeMap<>();
    Map<String, Samples> samples = new TreeMap<>();
    for (Comparison.Row row : comparison.rows()) {
      TaskMetric metric = row.metric();
      row.results()
          .get(index)
          .ifPresent(
              result -> {
                Map<String, Object> ofTask =
                    results.computeIfAbsent(metric.task(), HarnessResults::alias);
                ofTask.put(metric.name() + ",none", result.value());
                ofTask.put(
                    metric.name() + "_stderr,none",
                    result.standardError().<Object>map(e -> e).orElse("N/A"));
                configs.putIfAbsent(metric.task(), config(metric, about));
                metricList(configs.get(metric.task())).add(listed(metric));
                versions.put(metric.task(), metric.version());
                higherIsBetter
                    .computeIfAbsent(metric.task(), task -> new LinkedHashMap<>())
                    .put(metric.name(), !metric.measure().isPerplexity());
                samples.put(
                    metric.task(),
                    new Samples(result.examples() + result.failed(), result.examples()));
              });
    }
    Map<String, List<String>> noSubtasks = new TreeMap<>();
    Map<String, Integer> shots = new TreeMap<>();
    results
        .keySet()
        .forEach(
            task -> {
              noSubtasks.put(task, List.of());
              shots.put(task, about.shots().getOrDefault(task, 0));
            });
    String model = comparison.contenders().get(index).model();
    double start = seconds(about.started());
    double end = seconds(about.finished());
    return new HarnessResults(
        results,
        noSubtasks,
        configs,
        versions,
        shots,
        higherIsBetter,
        samples,
        about.config(),
        about.gitRevision(),
        start,
        "knnlm",
        model,
        model.replaceAll("[\"<>:/|\\\\?*\\[\\]]+", "__"),
        start,
        end,
        Double.toString(end - start));
  }

  private static Map<String, Object> alias(String task) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("alias", task);
    return results;
  }

  private static Map<String, Object> config(TaskMetric metric, About about) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("task", metric.task());
    config.put("num_fewshot", about.shots().getOrDefault(metric.task(), 0));
    config.put("metric_list", new ArrayList<>());
    config.put("metadata", Map.of("version", metric.version()));
    return config;
  }

  @SuppressWarnings("unchecked") // put there by config
  private static List<Object> metricList(Map<String, Object> config) {
    return (List<Object>) config.get("metric_list");
  }

  private static Map<String, Object> listed(TaskMetric metric) {
    Map<String, Object> listed = new LinkedHashMap<>();
    listed.put("metric", metric.name());
    listed.put("aggregation", metric.measure().isPerplexity() ? "perplexity" : "mean");
    listed.put("higher_is_better", !metric.measure().isPerplexity());
    return listed;
  }

  private static double seconds(Instant instant) {
    return instant.toEpochMilli() / 1e3;
  }
}
