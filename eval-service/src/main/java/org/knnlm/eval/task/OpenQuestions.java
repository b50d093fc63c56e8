package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Exact match and token F1 of open questions, after SQuAD's script (Rajpurkar et al. 2016). */
final class OpenQuestions {
  private static final Pattern ARTICLES =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern PUNCTUATION =
      Pattern.compile("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]");
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WHOLE_NUMBER =
      Pattern.compile("\\b\\d+\\b", Pattern.UNICODE_CHARACTER_CLASS);

  /** What Python's {@code float} reads, of texts without punctuation. */
  private static final Pattern NUMBER =
      Pattern.compile("\\d+(e\\d+)?|inf|infinity|nan", Pattern.UNICODE_CHARACTER_CLASS);

  private static final List<String> WITHOUT_TOKENS = List.of("yes", "no", "noanswer");

  private OpenQuestions() {}

  /** Lower case, without punctuation, articles and more than one blank. */
  static String normalized(String text) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return Filter.trimmed(BLANKS.matcher(ARTICLES.matcher(plain).replaceAll(" ")).replaceAll(" "));
  }

  /**
   * F1 of the tokens. An answer yes, no or noanswer counts 1 when it occurs in the prediction, else
   * 0.
   *
   * @param prediction normalized, as is the answer
   */
  static double f1(String prediction, String answer) {
    if (WITHOUT_TOKENS.contains(answer)) {
      return prediction.contains(answer) ? 1 : 0;
    }
    return tokenF1(prediction, answer);
  }

  /** F1 of DROP: an answer that is a number counts 1 when that whole number occurs, else 0. */
  static double f1OfDrop(String prediction, String answer) {
    if (NUMBER.matcher(answer).matches()) {
      Matcher numbers = WHOLE_NUMBER.matcher(prediction);
      while (numbers.find()) {
        if (numbers.group().equals(answer)) {
          return 1;
        }
      }
      return 0;
    }
    return tokenF1(prediction, answer);
  }

  private static double tokenF1(String prediction, String answer) {
    List<String> predicted = tokens(prediction);
    List<String> expected = tokens(answer);
    var rest = new ArrayList<>(expected);
    long common = predicted.stream().filter(rest::remove).count();
    if (common == 0) {
      return 0;
    }
    double precision = (double) common / predicted.size();
    double recall = (double) common / expected.size();
    return 2 * precision * recall / (precision + recall);
  }

  private static List<String> tokens(String normalized) {
    return normalized.isEmpty() ? List.of() : Arrays.asList(normalized.split(" ", -1));
  }

  static Map<String, Double> grade(
      String text,
      List<String> answers,
      Grading.Prompt prompt,
      ToDoubleBiFunction<String, String> f1) {
    String prediction = normalized(text);
    List<String> expected =
        answers.stream().map(OpenQuestions::normalized).collect(Collectors.toList());
    String asked = normalized(prompt.text());
    return Map.of(
        "em", expected.contains(prediction) ? 1.0 : 0.0,
        "f1",
            expected.stream()
                .mapToDouble(answer -> f1.applyAsDouble(prediction, answer))
                .max()
                .orElse(0),
        "has_answer", expected.stream().anyMatch(asked::contains) ? 1.0 : 0.0,
        "too_long", prompt.tooLong() ? 1.0 : 0.0);
  }
}
