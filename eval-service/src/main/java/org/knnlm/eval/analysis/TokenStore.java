package org.knnlm.eval.analysis;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.WindowTokens;

/** Where the tokens of scored windows are read. Each call is one transaction. */
public interface TokenStore {
  /**
   * A window and its number in the text.
   *
   * @param window from 0
   */
  record Numbered(int window, WindowTokens tokens) {}

  /** A window; empty when nothing is kept of it. */
  Optional<WindowTokens> find(Part part, int window);

  /**
   * Windows in order.
   *
   * @param from number of the first one
   * @param most how many
   */
  List<Numbered> windows(Part part, int from, int most);

  /** How many windows are kept. */
  long count(Part part);
}
