package org.knnlm.lm.batch;

import java.util.Arrays;
import java.util.List;

/** What prompts that go together begin with. */
public final class Beginning {
  private Beginning() {}

  /**
   * Tokens that all have in common and that are worth to be computed once; each prompt has at least
   * one more.
   *
   * @return empty for a single prompt, and for few tokens
   */
  public static int[] of(List<int[]> prompts) {
    int[] first = prompts.getFirst();
    int common = first.length - 1;
    for (int[] prompt : prompts) {
      int mismatch = Arrays.mismatch(first, 0, common, prompt, 0, prompt.length - 1);
      common = mismatch < 0 ? common : mismatch;
    }
    boolean worthIt = prompts.size() > 1 && common >= PrefixCache.LEAST_TOKENS;
    return Arrays.copyOf(first, worthIt ? common : 0);
  }
}
