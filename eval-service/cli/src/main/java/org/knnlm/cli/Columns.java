package org.knnlm.cli;

import java.util.List;

/** Aligned text. */
final class Columns {
  private Columns() {}

  /** Lines of cells, each column as wide as its widest cell. */
  static String of(List<List<String>> lines) {
    var text = new StringBuilder();
    for (List<String> line : lines) {
      var row = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int width = width(lines, column);
        String cell = line.get(column);
        row.append(cell).append(" ".repeat(width - cell.length() + 2));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> lines, int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }
}
