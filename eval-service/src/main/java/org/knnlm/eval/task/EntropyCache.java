package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Collection;
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

  /**
   * Looks texts up.
   *
   * @param found takes the sums of those that are here
   * @return the others
   */
  synchronized List<String> find(Collection<String> texts, Map<String, double[]> found) {
    List<String> missing = new ArrayList<>();
    for (String text : texts) {
      double[] known = sums.get(text);
      if (known == null) {
        missing.add(text);
      } else {
        found.put(text, known);
      }
    }
    return missing;
  }

  /**
   * Takes the sums of texts that were not here.
   *
   * @param found takes them too
   */
  synchronized void put(List<String> texts, List<double[]> ofTexts, Map<String, double[]> found) {
    for (int i = 0; i < texts.size(); i++) {
      sums.put(texts.get(i), ofTexts.get(i));
      found.put(texts.get(i), ofTexts.get(i));
    }
  }
}
