package org.knnlm.eval.task;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a template may do to the text of a field. */
enum Filter {
  /** Without blanks at both ends. */
  TRIM,
  /** A question: its first letter in lower case, with a question mark at its end. */
  QUESTION,
  /** What stands before the first underscore. */
  BEFORE_BLANK,
  /** What stands after the first underscore. */
  AFTER_BLANK,
  /** Without the marks that WikiHow leaves in HellaSwag. */
  WIKIHOW;

  private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]");

  String apply(String text) {
    return switch (this) {
      case TRIM -> trimmed(text);
      case QUESTION -> question(text);
      case BEFORE_BLANK -> text.substring(0, blank(text));
      case AFTER_BLANK -> text.substring(blank(text) + 1);
      case WIKIHOW -> wikihow(text);
    };
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Filter of(String key) {
    return Arrays.stream(values())
        .filter(filter -> filter.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "found the filter \"%s\", allowed are %s"
                        .formatted(
                            key,
                            String.join(", ", Arrays.stream(values()).map(Filter::key).toList()))));
  }

  private static String question(String text) {
    if (text.isEmpty()) {
      throw new ExampleException("the question is empty");
    }
    String asked = text.endsWith("?") ? text : text + "?";
    int first = asked.offsetByCodePoints(0, 1);
    return asked.substring(0, first).toLowerCase(Locale.ROOT) + asked.substring(first);
  }

  private static int blank(String text) {
    int blank = text.indexOf('_');
    if (blank < 0) {
      throw new ExampleException("found no \"_\" in \"%s\"".formatted(text));
    }
    return blank;
  }

  private static String wikihow(String text) {
    String trimmed = trimmed(text).replace(" [title]", ". ");
    return BRACKETS.matcher(trimmed).replaceAll("").replace("  ", " ");
  }

  /** As Python's {@code strip()} does: without white space of any kind. */
  static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}
