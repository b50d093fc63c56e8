package org.knnlm.eval.perplexity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a text becomes windows (Geng, Zhao and Rush, arXiv 2408.11815, and its public code). */
public enum Protocol {
  /** Articles of WikiText, tokenised each on its own, as one running text. */
  WIKITEXT,
  /** Documents in batches of 1,000, each batch cut to whole blocks as for a datastore. */
  BLOCKS;

  /** The name in requests and tables. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The protocol of a {@link #key()}. */
  public static Optional<Protocol> ofKey(String key) {
    return Arrays.stream(values()).filter(protocol -> protocol.key().equals(key)).findFirst();
  }
}
