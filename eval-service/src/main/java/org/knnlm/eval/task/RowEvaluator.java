package org.knnlm.eval.task;

/** Asks about rows: each is an example. */
abstract class RowEvaluator implements Evaluator {
  final LoadedTask loaded;
  final Asking asking;
  final TokenSource tokens;

  RowEvaluator(LoadedTask loaded, Asking asking) {
    this.loaded = loaded;
    this.asking = asking;
    this.tokens = new TokenSource(asking.model(), asking.info());
  }

  @Override
  public final int examples() {
    return loaded.rows().size();
  }

  @Override
  public final String group(int index) {
    return row(index).group();
  }

  /** The row of an example. */
  final Row row(int index) {
    return loaded.rows().get(index);
  }
}
