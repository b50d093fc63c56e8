package org.knnlm.eval.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The retrieval constants of the published runs (Geng, Zhao and Rush, arXiv 2408.11815, and their
 * code), by the name of the model and of the datastore, {@code llama-2-7b/wiki} for example.
 *
 * @param k neighbours of each position
 * @param lambda weight of p_kNN
 * @param temperature of the softmax over negative distances
 */
public record Preset(int k, float lambda, float temperature) {
  /** What constants were chosen for. */
  public enum Use {
    /** Perplexity on WikiText-103. */
    PERPLEXITY,
    /** Tasks: multiple choice, classification, questions. */
    DOWNSTREAM;

    private String suffix() {
      return "/" + name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Map<String, Preset> NAMED = new LinkedHashMap<>();

  static {
    add("llama-2-7b/wiki", new Preset(2048, 0.2f, 5), new Preset(2048, 0.2f, 5));
    add("llama-2-7b/math", new Preset(2048, 0.1f, 5), new Preset(1600, 0.2f, 3));
    add("llama-3-8b/wiki", new Preset(2048, 0.1f, 5), new Preset(2048, 0.1f, 5));
    add("llama-3-8b/math", new Preset(2048, 0.1f, 3), new Preset(2048, 0.1f, 3));
    add("mistral-7b/wiki", new Preset(2048, 0.1f, 10), new Preset(2048, 0.1f, 10));
    add("mistral-7b/math", new Preset(2048, 0.1f, 10), new Preset(2048, 0.1f, 10));
  }

  private static void add(String name, Preset perplexity, Preset downstream) {
    NAMED.put(name + Use.PERPLEXITY.suffix(), perplexity);
    NAMED.put(name + Use.DOWNSTREAM.suffix(), downstream);
  }

  /** All names in full. */
  public static List<String> names() {
    return List.copyOf(NAMED.keySet());
  }

  /**
   * The constants of a name.
   *
   * @param name {@code MODEL/DATASTORE}, or {@code MODEL/DATASTORE/USE} for those of a certain use
   * @param use of a name that does not say
   * @return empty for a name that is not known
   */
  public static Optional<Preset> find(String name, Use use) {
    return Optional.ofNullable(NAMED.getOrDefault(name, NAMED.get(name + use.suffix())));
  }
}
