package org.knnlm.eval.table;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Perplexity;

/**
 * A table as CSV (RFC 4180) with a header. Text that a spreadsheet would take for a formula is
 * marked as text; a number that is not finite is an empty field.
 */
public final class CsvTable {
  private static final String END = "\r\n";

  private static final List<String> HEADER =
      List.of(
          "run",
          "name",
          "model",
          "protocol",
          "text",
          "setting",
          "datastore",
          "k",
          "temperature",
          "lambda",
          "nprobe",
          "exact_distances",
          "loss",
          "perplexity",
          "word_perplexity",
          "word_perplexity_uncut",
          "token_weighted_loss",
          "token_weighted_perplexity",
          "difference_percent");

  private CsvTable() {}

  /** The table, a line for each row. */
  public static String of(Table table) {
    var csv = new StringBuilder();
    csv.append(String.join(",", HEADER)).append(END);
    for (Table.Row row : table.rows()) {
      csv.append(String.join(",", fields(table, row))).append(END);
    }
    return csv.toString();
  }

  private static List<String> fields(Table table, Table.Row row) {
    Optional<Retrieval> setting = row.setting();
    Perplexity perplexity = row.perplexity();
    return List.of(
        Long.toString(table.run().id()),
        text(table.run().spec().name()),
        text(table.run().provenance().model().id()),
        text(table.run().spec().protocol().key()),
        text(table.run().spec().text()),
        text(row.label()),
        setting.map(s -> text(s.datastore())).orElse(""),
        setting.map(s -> Integer.toString(s.k())).orElse(""),
        setting.map(s -> Float.toString(s.temperature())).orElse(""),
        setting.map(s -> Float.toString(s.lambda())).orElse(""),
        setting
            .map(s -> s.nprobe().stream().mapToObj(Integer::toString).collect(Collectors.joining()))
            .orElse(""),
        setting.map(s -> Boolean.toString(s.exactDistances())).orElse(""),
        number(perplexity.loss()),
        number(perplexity.perplexity()),
        number(perplexity.wordPerplexity()),
        number(perplexity.uncutWordPerplexity()),
        number(perplexity.tokenWeightedLoss()),
        number(perplexity.tokenWeightedPerplexity()),
        number(row.differencePercent()));
  }

  static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }

  static String text(String value) {
    String safe =
        !value.isEmpty() && "=+-@\t\r\n".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
    return safe.chars().anyMatch(c -> ",\"\r\n".indexOf(c) >= 0)
        ? '"' + safe.replace("\"", "\"\"") + '"'
        : safe;
  }
}
