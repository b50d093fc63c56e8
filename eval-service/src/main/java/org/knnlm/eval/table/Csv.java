package org.knnlm.eval.table;

import java.util.List;
import java.util.Optional;

/**
 * CSV (RFC 4180). Text that a spreadsheet would take for a formula is marked as text; a number that
 * is not finite is an empty field.
 */
public final class Csv {
  private Csv() {}

  /** The lines of fields that are ready. */
  public static String of(List<List<String>> lines) {
    var csv = new StringBuilder();
    lines.forEach(fields -> csv.append(String.join(",", fields)).append("\r\n"));
    return csv.toString();
  }

  /** A field of text. */
  public static String text(String value) {
    String safe =
        !value.isEmpty() && "=+-@\t\r\n".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
    return safe.chars().anyMatch(c -> ",\"\r\n".indexOf(c) >= 0)
        ? '"' + safe.replace("\"", "\"\"") + '"'
        : safe;
  }

  /** A field of a number. */
  public static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }

  /** A field of a number that may be missing. */
  public static String number(Optional<Double> value) {
    return value.map(Csv::number).orElse("");
  }
}
