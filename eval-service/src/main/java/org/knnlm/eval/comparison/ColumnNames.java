package org.knnlm.eval.comparison;

/** What a model is called above its column: no more than tells it from the others. */
final class ColumnNames {
  private ColumnNames() {}

  static String of(Contender contender, Comparison comparison) {
    boolean oneModel =
        comparison.contenders().stream().map(Contender::model).distinct().count() == 1;
    boolean oneRun = comparison.contenders().stream().map(Contender::run).distinct().count() == 1;
    return (oneModel ? "" : contender.model() + " ")
        + contender.label()
        + (oneRun ? "" : " (run " + contender.run() + ")");
  }
}
