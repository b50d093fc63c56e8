package org.knnlm.eval.analysis;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.lm.Scores;

/** Adds up the losses of a text by class of target, window after window. */
public final class ClassLosses {
  private final Division division;
  private final int settings;
  private final long[] targets;

  /** By model, the base first, and class: nats. */
  private final double[][] sums;

  /**
   * @param settings retrieval settings beside the base model
   */
  public ClassLosses(Division division, int settings) {
    this.division = division;
    this.settings = settings;
    this.targets = new long[division.classes().size()];
    this.sums = new double[settings + 1][targets.length];
  }

  /**
   * The targets of a class.
   *
   * @param name of the class
   * @param targets how many
   * @param losses mean cross-entropy in nats: the base model's, then that of each setting; nothing
   *     when there is no target
   */
  public record Row(String name, long targets, List<Double> losses) {
    /** Perplexity against the base model's: 100 (exp(loss - base loss) - 1). */
    public double differencePercent(int setting) {
      return 100 * StrictMath.expm1(losses.get(setting + 1) - losses.getFirst());
    }
  }

  /**
   * Adds the targets of a window.
   *
   * @param classes of its targets, indices into those of the division
   */
  public void add(int[] classes, Scores scores) {
    if (scores.retrievals().size() != settings) {
      throw new IllegalArgumentException(
          "scores of %d settings, %d are expected".formatted(scores.retrievals().size(), settings));
    }
    add(0, classes, scores.base());
    for (int i = 0; i < settings; i++) {
      add(i + 1, classes, scores.retrievals().get(i));
    }
    for (int ofTarget : classes) {
      targets[ofTarget]++;
    }
  }

  private void add(int model, int[] classes, float[] logProbs) {
    if (classes.length != logProbs.length) {
      throw new IllegalArgumentException(
          "%d classes of %d targets".formatted(classes.length, logProbs.length));
    }
    for (int i = 0; i < classes.length; i++) {
      sums[model][classes[i]] -= logProbs[i];
    }
  }

  /** The division. */
  public Division division() {
    return division;
  }

  /** A row for each class, in the order of the division. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < targets.length; i++) {
      List<Double> losses = new ArrayList<>();
      for (int model = 0; model <= settings && targets[i] > 0; model++) {
        losses.add(sums[model][i] / targets[i]);
      }
      rows.add(new Row(division.classes().get(i), targets[i], List.copyOf(losses)));
    }
    return rows;
  }
}
