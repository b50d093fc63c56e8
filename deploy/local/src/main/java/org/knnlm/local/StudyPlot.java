package org.knnlm.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results of a {@link Study} as an SVG of bars with whiskers, for light and dark pages. */
final class StudyPlot {
  private static final int LEFT = 44;
  private static final int TOP = 64;
  private static final int HEIGHT = 220;
  private static final int BOTTOM = TOP + HEIGHT;
  private static final int BAR = 26;
  private static final int TASK = 3 * BAR + 26;
  private static final String STYLE =
      """
      <style>
      text { font: 12px system-ui, sans-serif; fill: #24292f; text-anchor: middle }
      .start { text-anchor: start } .end { text-anchor: end } .group { font-weight: 600 }
      .grid { stroke: #d0d7de } .whisker, .chance { stroke: #24292f } .chance { stroke-dasharray: 3 3 }
      .m0 { fill: #8c959f } .m1 { fill: #218bff } .m2 { fill: #e0823d }
      @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .grid { stroke: #3d444d } .whisker, .chance { stroke: #e6edf3 }
      .m0 { fill: #6e7681 } .m1 { fill: #1f6feb } .m2 { fill: #bc6a2c }
      }
      </style>
      """;

  private final StringBuilder svg = new StringBuilder();

  private StudyPlot() {}

  /** The document. */
  static String of(Study study) {
    return new StudyPlot().draw(study);
  }

  private String draw(Study study) {
    int width = LEFT + TASK * study.rows().size() + 12;
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
        <title>Right answers without retrieval, with it, and with an oracle</title>
        """
            .formatted(width, BOTTOM + 48));
    svg.append(STYLE);
    text("start", LEFT, 18, "Right answers, %, with 95 % bootstrap intervals");
    legend();
    for (int percent = 0; percent <= 100; percent += 25) {
      line("grid", LEFT, y(percent / 100.0), width - 12, y(percent / 100.0));
      text("end", LEFT - 6, y(percent / 100.0) + 4, Integer.toString(percent));
    }
    for (int i = 0; i < study.rows().size(); i++) {
      task(study.rows().get(i), LEFT + i * TASK);
    }
    for (Study.Group group : Study.Group.values()) {
      groupTitle(study, group);
    }
    return svg.append("</svg>\n").toString();
  }

  private void legend() {
    List<String> entries = new ArrayList<>(Study.MODELS);
    for (int model = 0; model < entries.size(); model++) {
      int x = LEFT + 90 * model;
      rectangle(model, x, 30, 12, 12);
      text("start", x + 18, 40, entries.get(model));
    }
    int x = LEFT + 90 * entries.size();
    line("chance", x, 36, x + 24, 36);
    text("start", x + 30, 40, "guessing");
  }

  private void task(Study.Row row, double left) {
    double first = left + (TASK - 3 * BAR) / 2.0;
    for (int model = 0; model < row.scores().size(); model++) {
      Study.Score score = row.scores().get(model);
      double x = first + model * BAR;
      double middle = x + BAR / 2.0;
      rectangle(model, x + 1, y(score.value()), BAR - 2, BOTTOM - y(score.value()));
      line("whisker", middle, y(score.low()), middle, y(score.high()));
      line("whisker", middle - 4, y(score.low()), middle + 4, y(score.low()));
      line("whisker", middle - 4, y(score.high()), middle + 4, y(score.high()));
      text(
          "value",
          middle,
          y(score.high()) - 5,
          String.format(Locale.ROOT, "%.0f", 100 * score.value()));
    }
    line("chance", first, y(row.chance()), first + 3 * BAR, y(row.chance()));
    text("task", left + TASK / 2.0, BOTTOM + 18, row.task().replace('_', ' '));
  }

  private void groupTitle(Study study, Study.Group group) {
    List<Study.Group> groups = study.rows().stream().map(Study.Row::group).toList();
    double first = LEFT + TASK * groups.indexOf(group) + 8;
    double last = LEFT + TASK * (groups.lastIndexOf(group) + 1) - 8;
    line("grid", first, BOTTOM + 26, last, BOTTOM + 26);
    text("group", (first + last) / 2, BOTTOM + 42, group.title());
  }

  private static double y(double share) {
    return BOTTOM - HEIGHT * share;
  }

  private void rectangle(int model, double x, double y, double width, double height) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"m%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            model,
            x,
            y,
            width,
            height));
  }

  private void line(String kind, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            kind,
            x1,
            y1,
            x2,
            y2));
  }

  private void text(String kind, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", kind, x, y, text));
  }
}
