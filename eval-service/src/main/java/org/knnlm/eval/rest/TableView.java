package org.knnlm.eval.rest;

import java.util.List;
import org.knnlm.eval.perplexity.Perplexity;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.table.Table;

/** A table in JSON; a number that is not finite is null. */
public record TableView(
    long run,
    String name,
    String model,
    String protocol,
    String text,
    int windows,
    TextCounts counts,
    List<Row> rows) {

  /**
   * A model.
   *
   * @param label the setting in a few words
   * @param setting null for the base model
   * @param differencePercent perplexity against the base model's
   */
  public record Row(
      String label, SettingView setting, Perplexity result, double differencePercent) {}

  static TableView of(Table table) {
    Run run = table.run();
    return new TableView(
        run.id(),
        run.spec().name(),
        run.provenance().model().id(),
        run.spec().protocol().key(),
        run.spec().text(),
        run.plan().orElseThrow().windows(),
        run.plan().orElseThrow().counts(),
        table.rows().stream().map(TableView::row).toList());
  }

  private static Row row(Table.Row row) {
    return new Row(
        row.label(),
        row.setting().map(SettingView::of).orElse(null),
        row.perplexity(),
        row.differencePercent());
  }
}
