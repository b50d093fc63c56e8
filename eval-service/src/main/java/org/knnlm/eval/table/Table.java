package org.knnlm.eval.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Perplexity;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;

/**
 * The result of a finished run.
 *
 * @param run which run
 * @param rows the base model's, then each setting's
 */
public record Table(Run run, List<Row> rows) {

  /**
   * One model.
   *
   * @param setting how it retrieves; empty for the base model
   * @param perplexity what it reached
   * @param differencePercent its perplexity against the base model's: 100 (p / p_base - 1)
   */
  public record Row(Optional<Retrieval> setting, Perplexity perplexity, double differencePercent) {

    /** The setting in a few words. */
    public String label() {
      return setting.map(Table::label).orElse("base");
    }
  }

  /**
   * The table of a run.
   *
   * @param windows all that are kept of it, in order
   * @throws UnfinishedRunException when the run is not DONE: there is no table of a part of a text
   */
  public static Table of(Run run, List<ScoredWindow> windows) {
    int total = run.plan().map(Plan::windows).orElse(0);
    if (run.state() != RunState.DONE || windows.size() != total) {
      throw new UnfinishedRunException(run, windows.size());
    }
    TextCounts counts = run.plan().orElseThrow().counts();
    List<Row> rows = new ArrayList<>();
    Perplexity base = Perplexity.of(run.spec().protocol(), counts, windows, 0);
    rows.add(new Row(Optional.empty(), base, 0));
    for (int i = 0; i < run.spec().settings().size(); i++) {
      Perplexity perplexity = Perplexity.of(run.spec().protocol(), counts, windows, i + 1);
      double difference = 100 * (perplexity.perplexity() / base.perplexity() - 1);
      rows.add(new Row(Optional.of(run.spec().settings().get(i)), perplexity, difference));
    }
    return new Table(run, rows);
  }

  /** A setting in a few words. */
  public static String label(Retrieval setting) {
    var label = new StringBuilder();
    label.append(
        String.format(
            Locale.ROOT,
            "%s k=%d λ=%s T=%s",
            setting.datastore(),
            setting.k(),
            number(setting.lambda()),
            number(setting.temperature())));
    setting.nprobe().ifPresent(nprobe -> label.append(" nprobe=").append(nprobe));
    label.append(setting.exactDistances() ? " exact" : "");
    setting
        .oracle()
        .ifPresent(
            oracle ->
                label
                    .append(" oracle ")
                    .append(
                        switch (oracle) {
                          case Oracle.Rank(int rank) -> "rank=" + rank;
                          case Oracle.Distance(float distance) -> "distance=" + number(distance);
                        }));
    return label.toString();
  }

  private static String number(float value) {
    String text = Float.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
