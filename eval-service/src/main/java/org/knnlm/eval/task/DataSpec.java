package org.knnlm.eval.task;

import java.util.List;
import java.util.Optional;

/**
 * The data of a task.
 *
 * @param files alternatives, relative to the data folder, the first that exists is read; a {@code
 *     *} in a file's name stands for anything, and all files that fit are read in the order of
 *     their names
 * @param get the command that gets them; {@code {data}} in it stands for the data folder
 * @param grouped whether each file is a sub-task of its own
 * @param skip rows to leave out
 * @param draw how many rows are drawn; empty for all
 */
record DataSpec(
    List<String> files, String get, boolean grouped, Optional<Skip> skip, Optional<Draw> draw) {

  /** Leaves out rows of which the field, or an item of it, has one of the values. */
  record Skip(String field, List<String> values) {
    boolean skips(Row row) {
      return row.texts(field).stream().anyMatch(values::contains);
    }
  }

  /** So many rows, as numpy's {@code random.choice} draws them without replacement. */
  record Draw(int examples, int seed) {}

  static DataSpec parse(YamlMap map) {
    var spec =
        new DataSpec(
            files(map),
            map.text("get"),
            map.optionalText("groups").map(groups -> grouped(map, groups)).orElse(false),
            map.optionalMap("skip")
                .map(
                    skip -> {
                      var rule = new Skip(skip.text("field"), skip.texts("values"));
                      skip.end();
                      return rule;
                    }),
            map.optionalMap("draw")
                .map(
                    draw -> {
                      var rule =
                          new Draw(
                              draw.integer("examples", 1, Integer.MAX_VALUE),
                              draw.integer("seed", 0, Integer.MAX_VALUE));
                      draw.end();
                      return rule;
                    }));
    map.end();
    return spec;
  }

  private static boolean grouped(YamlMap map, String groups) {
    if (!groups.equals("file")) {
      throw map.problem("groups", "found \"%s\", allowed is \"file\"".formatted(groups));
    }
    return true;
  }

  private static List<String> files(YamlMap map) {
    List<String> files = map.texts("files");
    for (String file : files) {
      if (file.startsWith("/") || file.contains("..") || file.isBlank()) {
        throw map.problem(
            "files", "found \"%s\", a path within the data folder is needed".formatted(file));
      }
    }
    if (files.isEmpty()) {
      throw map.problem("files", "found none, at least one is needed");
    }
    return files;
  }
}
