package org.knnlm.eval.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a continuation is worth. */
enum Grading {
  /** Open questions: exact match and token F1, the best over the answers. */
  QUESTION {
    @Override
    List<Metric> metrics() {
      return means("em", "f1", "has_answer", "too_long");
    }

    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return OpenQuestions.grade(text, answers, prompt, OpenQuestions::f1);
    }
  },
  /** The same for DROP, where an answer that is a number must occur as that number. */
  DROP {
    @Override
    List<Metric> metrics() {
      return means("f1", "em", "has_answer", "too_long");
    }

    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return OpenQuestions.grade(text, answers, prompt, OpenQuestions::f1OfDrop);
    }
  },
  /** The number after the mark {@code ####}. */
  GSM8K {
    @Override
    List<Metric> metrics() {
      return List.of(
          new Metric("acc", Metric.Aggregation.MEAN),
          new Metric("acc_commas", Metric.Aggregation.MEAN),
          new Metric("acc_padded_batches", Metric.Aggregation.SUM_OVER_PADDED_BATCHES));
    }

    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      return Gsm8k.grade(text, answers.getFirst());
    }
  },
  /** Whether the continuation, trimmed, begins with the answer; the mean over sub-tasks. */
  PREFIX {
    @Override
    List<Metric> metrics() {
      return List.of(
          new Metric("acc", Metric.Aggregation.MEAN_OF_GROUPS),
          new Metric("acc_of_examples", Metric.Aggregation.MEAN));
    }

    @Override
    Map<String, Double> grade(String text, List<String> answers, Prompt prompt) {
      double value = Filter.trimmed(text).startsWith(answers.getFirst()) ? 1 : 0;
      return Map.of("acc", value, "acc_of_examples", value);
    }
  };

  /**
   * What was asked.
   *
   * @param text of the prompt
   * @param tooLong whether it had to be cut
   */
  record Prompt(String text, boolean tooLong) {}

  abstract List<Metric> metrics();

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

  private static List<Metric> means(String... names) {
    return Arrays.stream(names).map(name -> new Metric(name, Metric.Aggregation.MEAN)).toList();
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
