package org.knnlm.eval.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Perplexity;

/** A table as CSV with a header. */
public final class CsvTable {
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
          "oracle_rank",
          "oracle_distance",
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
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    table.rows().forEach(row -> lines.add(fields(table, row)));
    return Csv.of(lines);
  }

  private static List<String> fields(Table table, Table.Row row) {
    Optional<Retrieval> setting = row.setting();
    Perplexity perplexity = row.perplexity();
    return List.of(
        Long.toString(table.run().id()),
        Csv.text(table.run().spec().name()),
        Csv.text(table.run().provenance().model().id()),
        Csv.text(table.run().spec().protocol().key()),
        Csv.text(table.run().spec().text()),
        Csv.text(row.label()),
        setting.map(s -> Csv.text(s.datastore())).orElse(""),
        setting.map(s -> Integer.toString(s.k())).orElse(""),
        setting.map(s -> Float.toString(s.temperature())).orElse(""),
        setting.map(s -> Float.toString(s.lambda())).orElse(""),
        setting
            .map(s -> s.nprobe().stream().mapToObj(Integer::toString).collect(Collectors.joining()))
            .orElse(""),
        setting.map(s -> Boolean.toString(s.exactDistances())).orElse(""),
        setting.flatMap(Retrieval::oracle).map(CsvTable::rank).orElse(""),
        setting.flatMap(Retrieval::oracle).map(CsvTable::distance).orElse(""),
        Csv.number(perplexity.loss()),
        Csv.number(perplexity.perplexity()),
        Csv.number(perplexity.wordPerplexity()),
        Csv.number(perplexity.uncutWordPerplexity()),
        Csv.number(perplexity.tokenWeightedLoss()),
        Csv.number(perplexity.tokenWeightedPerplexity()),
        Csv.number(row.differencePercent()));
  }

  private static String rank(Oracle oracle) {
    return oracle instanceof Oracle.Rank(int rank) ? Integer.toString(rank) : "";
  }

  private static String distance(Oracle oracle) {
    return oracle instanceof Oracle.Distance(float distance) ? Float.toString(distance) : "";
  }
}
