package org.knnlm.eval.task;

import java.util.List;
import java.util.OptionalInt;

/** Which option is right, as an example says it. */
sealed interface Answer {
  /** The field that says so. */
  String field();

  /** Index of the right option; empty when the field names none. */
  OptionalInt find(Row row);

  /** The value stands among the texts of another field. */
  record Among(String field, String labels) implements Answer {
    @Override
    public OptionalInt find(Row row) {
      return index(row.texts(labels).indexOf(row.text(field)));
    }
  }

  /** The value is one of the letters, the first of them for the first option. */
  record Letters(String field, String letters) implements Answer {
    @Override
    public OptionalInt find(Row row) {
      String value = row.text(field);
      return index(value.length() == 1 ? letters.indexOf(value) : -1);
    }
  }

  /** The value is a number, and that of the first option is given. */
  record Counted(String field, int first) implements Answer {
    @Override
    public OptionalInt find(Row row) {
      try {
        return index(Integer.parseInt(row.text(field)) - first);
      } catch (NumberFormatException e) {
        return OptionalInt.empty();
      }
    }
  }

  /** The value is one of those listed for an option. */
  record Values(String field, List<List<String>> values) implements Answer {
    @Override
    public OptionalInt find(Row row) {
      String value = row.text(field);
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i).contains(value)) {
          return OptionalInt.of(i);
        }
      }
      return OptionalInt.empty();
    }
  }

  /**
   * The right option of an example.
   *
   * @throws ExampleException when the example names none of the options
   */
  default int of(Row row, int options) {
    OptionalInt found = find(row);
    if (found.isEmpty() || found.getAsInt() >= options) {
      throw new ExampleException(
          "%s: the field %s is \"%s\", which names none of %d options"
              .formatted(row.where(), field(), row.text(field()), options));
    }
    return found.getAsInt();
  }

  private static OptionalInt index(int index) {
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  static Answer parse(YamlMap map) {
    String field = map.text("field");
    Answer answer =
        switch (map.oneOf("among", "letters", "first", "values")) {
          case "among" -> new Among(field, map.text("among"));
          case "letters" -> new Letters(field, map.text("letters"));
          case "first" -> new Counted(field, map.integer("first", 0, 1));
          default -> new Values(field, map.textLists("values"));
        };
    map.end();
    return answer;
  }
}
