package org.knnlm.eval.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a continuation is worth. */
enum Grading {
  /** Open questions: exact match and token F1, the best over the answers. */
  QUESTION(List.of("em", "f1", "has_answer", "too_long"), Metric.Aggregation.MEAN) {
    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return OpenQuestions.grade(text, answers, prompt, OpenQuestions::f1);
    }
  },
  /** The same for DROP, where an answer that is a number must occur as that number. */
  DROP(List.of("f1", "em", "has_answer", "too_long"), Metric.Aggregation.MEAN) {
    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return OpenQuestions.grade(text, answers, prompt, OpenQuestions::f1OfDrop);
    }
  },
  /** The number after the mark {@code ####}. */
  GSM8K(List.of("acc", "acc_commas", "acc_padded_batches"), Metric.Aggregation.MEAN) {
    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return Gsm8k.grade(text, answers.getFirst());
    }
  },
  /** Whether the continuation, trimmed, begins with the answer; the mean over sub-tasks. */
  PREFIX(List.of("acc", "acc_of_examples"), Metric.Aggregation.MEAN_OF_GROUPS) {
    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      double value = Filter.trimmed(text).startsWith(answers.getFirst()) ? 1 : 0;
      return Map.of("acc", value, "acc_of_examples", value);
    }
  };

  private final List<Metric> metrics;

  Grading(List<String> names, Metric.Aggregation first) {
    this.metrics =
        names.stream()
            .map(
                name ->
                    new Metric(
                        name,
                        name.equals("acc_padded_batches")
                            ? Metric.Aggregation.SUM_OVER_PADDED_BATCHES
                            : name.equals(names.getFirst()) ? first : Metric.Aggregation.MEAN))
            .toList();
  }

  /**
   * What was asked.
   *
   * @param text of the prompt
   * @param tooLong whether it had to be cut
   */
  record Prompt(String text, boolean tooLong) {}

  List<Metric> metrics() {
    return metrics;
  }

  abstract Map<String, Double> grade(String text, List<String> answers, Prompt prompt);

  Outcome outcome(
      Task task, String text, List<Integer> tokens, List<String> answers, Prompt prompt) {
    Map<String, Double> all = grade(text, answers, prompt);
    Map<String, Double> values = new LinkedHashMap<>();
    task.metrics().forEach(metric -> values.put(metric.name(), all.get(metric.name())));
    double score = values.get(task.metrics().getFirst().name());
    boolean correct = all.getOrDefault("em", score) == 1;
    return new Outcome(
        text, correct, score, values, new Outcome.Details(Map.of(), Map.of(), tokens));
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Grading of(String key) {
    return Arrays.stream(values())
        .filter(grading -> grading.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "found \"%s\", allowed are %s"
                        .formatted(
                            key,
                            String.join(
                                ", ", Arrays.stream(values()).map(Grading::key).toList()))));
  }
}
