package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with fields of an example in braces, {@code {question|trim}} for example: the path of the
 * field, then filters. Braces around anything else stand for themselves.
 */
public final class Template {
  private static final Pattern FIELD = Pattern.compile("\\{([\\w. -]*\\w)((?:\\|[\\w-]+)*)\\}");

  private record Part(String literal, Optional<String> path, List<Filter> filters) {}

  private final List<Part> parts = new ArrayList<>();

  private Template() {}

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException naming a filter that is not known
   */
  static Template parse(String text) {
    var template = new Template();
    Matcher field = FIELD.matcher(text);
    int end = 0;
    while (field.find()) {
      List<Filter> filters =
          field.group(2).isEmpty()
              ? List.of()
              : Pattern.compile("\\|")
                  .splitAsStream(field.group(2).substring(1))
                  .map(Filter::of)
                  .toList();
      template.parts.add(
          new Part(text.substring(end, field.start()), Optional.of(field.group(1)), filters));
      end = field.end();
    }
    template.parts.add(new Part(text.substring(end), Optional.empty(), List.of()));
    return template;
  }

  /**
   * The text for an example.
   *
   * @throws ExampleException when the example has no such field
   */
  String fill(Row row) {
    var text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.literal());
      part.path().ifPresent(path -> text.append(filtered(row.text(path), part.filters())));
    }
    return text.toString();
  }

  private static String filtered(String value, List<Filter> filters) {
    String text = value;
    for (Filter filter : filters) {
      text = filter.apply(text);
    }
    return text;
  }
}
