package org.knnlm.eval.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knnlm.eval.perplexity.Perplexity;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Run;

/** A table as aligned text, to be read in a terminal. */
public final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /** A line about the run, then a line for each row. */
  public static String of(Table table) {
    Protocol protocol = table.run().spec().protocol();
    List<List<String>> lines = new ArrayList<>();
    lines.add(header(protocol));
    table.rows().forEach(row -> lines.add(cells(row, protocol)));
    var text = new StringBuilder(about(table.run())).append("\n\n");
    for (List<String> line : lines) {
      var cells = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        String cell = line.get(column);
        String padding = " ".repeat(width(lines, column) - length(cell));
        cells.append(column == 0 ? cell + padding : GAP + padding + cell);
      }
      text.append(cells).append('\n');
    }
    return text.toString();
  }

  private static String about(Run run) {
    Plan plan = run.plan().orElseThrow();
    TextCounts counts = plan.counts();
    return String.format(
        Locale.ROOT,
        "Run %d%s: %s on %s (%s: %,d windows of %,d tokens, %,d tokens scored, %,d words)",
        run.id(),
        run.spec().name().isEmpty() ? "" : " \"" + run.spec().name() + "\"",
        run.provenance().model().id(),
        run.spec().text(),
        run.spec().protocol().key(),
        plan.windows(),
        plan.blockSize(),
        counts.scoredTokens(),
        counts.words());
  }

  private static List<String> header(Protocol protocol) {
    var header =
        new ArrayList<>(
            List.of("model", "loss", "perplexity", "difference", "token-weighted", "word ppl"));
    if (protocol == Protocol.BLOCKS) {
      header.add("word ppl, uncut");
    }
    return header;
  }

  private static List<String> cells(Table.Row row, Protocol protocol) {
    Perplexity perplexity = row.perplexity();
    var cells =
        new ArrayList<>(
            List.of(
                row.label(),
                number("%.4f", perplexity.loss()),
                number("%.3f", perplexity.perplexity()),
                row.setting().isEmpty() ? "" : number("%+.2f %%", row.differencePercent()),
                number("%.3f", perplexity.tokenWeightedPerplexity()),
                number("%.3f", perplexity.wordPerplexity())));
    if (protocol == Protocol.BLOCKS) {
      cells.add(number("%.3f", perplexity.uncutWordPerplexity()));
    }
    return cells;
  }

  private static String number(String format, double value) {
    return Double.isInfinite(value) ? "∞" : String.format(Locale.ROOT, format, value);
  }

  private static int width(List<List<String>> lines, int column) {
    return lines.stream().mapToInt(line -> length(line.get(column))).max().orElse(0);
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
