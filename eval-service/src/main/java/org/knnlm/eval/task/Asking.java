package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;

/** What all evaluators ask with. */
record Asking(
    LoadedTask loaded,
    LanguageModel model,
    ModelInfo info,
    List<Retrieval> settings,
    TokenSource tokens) {

  /**
   * Sums of cross-entropies of the targets of sequences, in nats.
   *
   * @return for each sequence, the base model's, then that of each setting
   */
  List<double[]> entropies(List<Sequence> sequences) {
    List<double[]> sums = new ArrayList<>();
    for (int from = 0; from < sequences.size(); from += info.maxSequences()) {
      int to = Math.min(from + info.maxSequences(), sequences.size());
      model.score(sequences.subList(from, to), settings, scores -> sums.add(sums(scores)));
    }
    return sums;
  }

  private static double[] sums(Scores scores) {
    double[] sums = new double[1 + scores.retrievals().size()];
    sums[0] = sum(scores.base());
    for (int i = 1; i < sums.length; i++) {
      sums[i] = sum(scores.retrievals().get(i - 1));
    }
    return sums;
  }

  private static double sum(float[] logProbs) {
    double sum = 0;
    for (float logProb : logProbs) {
      sum -= logProb;
    }
    return sum;
  }

  /** The row of an example. */
  Row row(int index) {
    return loaded.rows().get(index);
  }

  /** Number of settings, the base model included. */
  int columns() {
    return 1 + settings.size();
  }
}
