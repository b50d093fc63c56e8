package org.knnlm.eval.task;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer of a grade-school problem: the number after {@code ####}. The reference takes the
 * first run of digits and dots, so that "1,000" reads 1, in the continuation and in the truth
 * alike; with {@code acc_commas}, commas between digits are read over.
 */
final class Gsm8k {
  private static final Pattern MARKED = Pattern.compile("#### ([0-9.,$]+)");
  private static final Pattern NUMBER = Pattern.compile("[0-9.]+");

  private Gsm8k() {}

  static Map<String, Double> grade(String text, String answer) {
    double acc = same(extracted(text, false), extracted(answer, false));
    return Map.of(
        "acc", acc,
        "acc_commas", same(extracted(text, true), extracted(answer, true)),
        "acc_padded_batches", acc);
  }

  private static double same(OptionalDouble one, OptionalDouble other) {
    return one.isPresent() && one.equals(other) ? 1 : 0;
  }

  /** The number; 0 for one with two dots between digits or more, empty when there is none. */
  static OptionalDouble extracted(String text, boolean commas) {
    Matcher marked = MARKED.matcher(text);
    if (!marked.find()) {
      return OptionalDouble.empty();
    }
    Matcher number = NUMBER.matcher(commas ? marked.group(1).replace(",", "") : marked.group(1));
    if (!number.find()) {
      return OptionalDouble.empty();
    }
    List<String> digits =
        Arrays.stream(number.group().split("\\.", -1)).filter(run -> !run.isEmpty()).toList();
    return OptionalDouble.of(
        switch (digits.size()) {
          case 1 -> Double.parseDouble(digits.getFirst());
          case 2 -> Double.parseDouble(digits.getFirst() + "." + digits.getLast());
          default -> 0;
        });
  }
}
