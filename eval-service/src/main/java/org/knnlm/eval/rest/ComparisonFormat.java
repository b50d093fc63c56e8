package org.knnlm.eval.rest;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knnlm.eval.comparison.Comparison;
import org.knnlm.eval.comparison.ComparisonCsv;
import org.knnlm.eval.comparison.LatexTable;
import org.knnlm.eval.comparison.MarkdownTable;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.statistics.Resampling;

/** How a comparison is written. */
enum ComparisonFormat {
  JSON(MediaType.APPLICATION_JSON),
  CSV("text/csv;charset=utf-8"),
  MARKDOWN("text/markdown;charset=utf-8"),
  LATEX("application/x-latex;charset=utf-8");

  private final String type;

  ComparisonFormat(String type) {
    this.type = type;
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<ComparisonFormat> ofKey(String key) {
    return Arrays.stream(values()).filter(format -> format.key().equals(key)).findFirst();
  }

  /** The error for a key that names none of these, nor of some more. */
  static InvalidRunException unknown(String key, String... more) {
    String allowed =
        Stream.concat(Arrays.stream(values()).map(ComparisonFormat::key), Arrays.stream(more))
            .collect(Collectors.joining(", "));
    return new InvalidRunException(
        List.of(
            new FieldProblem(
                "format",
                "found %s, allowed are %s"
                    .formatted(key == null ? "nothing" : "\"" + key + "\"", allowed))));
  }

  Response write(Comparison comparison, Resampling resampling) {
    Object body =
        switch (this) {
          case JSON -> new ComparisonView(resampling, comparison.contenders(), comparison.rows());
          case CSV -> ComparisonCsv.of(comparison);
          case MARKDOWN -> MarkdownTable.of(comparison);
          case LATEX -> LatexTable.of(comparison);
        };
    return Response.ok(body, type).build();
  }
}
