package org.knnlm.eval.task;

import java.util.List;

/** Where the words of the labels are. */
sealed interface Labels {
  /** In the task's file. */
  record Words(List<List<String>> labels) implements Labels {}

  /**
   * In a file of the data folder with one label a line, words separated by ", ", every label cut to
   * the length of the shortest.
   */
  record Lines(String file) implements Labels {}

  /** In a file of the data folder: a JSON object with a list of words for each label. */
  record Json(String file) implements Labels {}

  static Labels parse(YamlMap map) {
    Labels labels =
        switch (map.oneOf("words", "lines", "json")) {
          case "words" -> new Words(map.textLists("words"));
          case "lines" -> new Lines(map.text("lines"));
          default -> new Json(map.text("json"));
        };
    map.end();
    return labels;
  }
}
