package org.knnlm.local;

import java.util.List;
import java.util.Locale;

/** The results of a {@link Study} as text. */
final class StudyTable {
  private StudyTable() {}

  /** A line a task, and what it comes to by group. */
  static String of(Study study) {
    var text = new StringBuilder(line("right answers, %", "examples", "chance", Study.MODELS));
    Study.Group group = null;
    for (Study.Row row : study.rows()) {
      if (row.group() != group) {
        group = row.group();
        text.append(group.title()).append('\n');
      }
      text.append(
          line(
              "  " + row.task(),
              Integer.toString(row.examples()),
              "%.0f".formatted(100 * row.chance()),
              row.scores().stream().map(StudyTable::cell).toList()));
    }
    text.append("In brackets: 95 % bootstrap intervals.\n\n");
    for (Study.Group each : Study.Group.values()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-15s %3.0f %% → %3.0f %% with retrieval, %3.0f %% with an oracle%n",
              each.title(),
              100 * study.mean(each, 0),
              100 * study.mean(each, 1),
              100 * study.mean(each, 2)));
    }
    return text.toString();
  }

  private static String line(String task, String examples, String chance, List<String> cells) {
    String columns = String.join("", cells.stream().map("  %-18s"::formatted).toList());
    return "%-18s %8s %6s%s".formatted(task, examples, chance, columns).stripTrailing() + '\n';
  }

  private static String cell(Study.Score score) {
    return String.format(
        Locale.ROOT,
        "%5.1f [%.1f, %.1f]",
        100 * score.value(),
        100 * score.low(),
        100 * score.high());
  }
}
