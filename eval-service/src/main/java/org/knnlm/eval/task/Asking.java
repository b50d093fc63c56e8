package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;

/** A model, and the settings under which it is asked beside its base. */
record Asking(LanguageModel model, ModelInfo info, List<Retrieval> settings) {

  /**
   * Sums of cross-entropies of the targets of sequences, in nats.
   *
   * @return for each sequence, the base model's, then that of each setting
   */
  List<double[]> entropies(List<Sequence> sequences) {
    List<double[]> sums = new ArrayList<>();
    score(sequences, scores -> sums.add(sums(scores)));
    return sums;
  }

  /** Log probabilities of the targets of sequences, in their order. */
  void score(List<Sequence> sequences, Consumer<Scores> sink) {
    for (List<Sequence> request : requests(sequences)) {
      model.score(request, settings, sink);
    }
  }

  /** Sums of cross-entropies: the base model's, then that of each setting. */
  static double[] sums(Scores scores) {
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

  /** As many at a time as one request may have. */
  <T> List<List<T>> requests(List<T> all) {
    List<List<T>> requests = new ArrayList<>();
    for (int from = 0; from < all.size(); from += info.maxSequences()) {
      requests.add(all.subList(from, Math.min(from + info.maxSequences(), all.size())));
    }
    return requests;
  }

  /** Number of settings, the base model included. */
  int columns() {
    return 1 + settings.size();
  }
}
