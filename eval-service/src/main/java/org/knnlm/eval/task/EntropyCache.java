package org.knnlm.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums of cross-entropies of continuations after one premise; those used last are kept. */
final class EntropyCache {
  private static final int MOST = 100_000;

  private final Map<String, double[]> sums =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, double[]> eldest) {
          return size() > MOST;
        }
      };

  synchronized List<String> missing(List<String> texts) {
    return texts.stream().filter(text -> !sums.containsKey(text)).toList();
  }

  synchronized double[] get(String text) {
    return sums.get(text);
  }

  synchronized void put(List<String> texts, List<double[]> ofTexts) {
    for (int i = 0; i < texts.size(); i++) {
      sums.put(texts.get(i), ofTexts.get(i));
    }
  }
}
