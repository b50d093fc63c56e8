package org.knnlm.eval.perplexity;

import java.util.Arrays;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;

/**
 * The tokens of a window, and what each model made of its targets.
 *
 * @param tokens all of the window; the last ones are the targets
 * @param scores of the targets
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WindowTokens(int[] tokens, Scores scores) {
  public WindowTokens {
    int targets = scores.base().length;
    if (targets < 1 || targets >= tokens.length) {
      throw new IllegalArgumentException(
          "%d targets in a window of %d tokens".formatted(targets, tokens.length));
    }
    for (float[] ofSetting : scores.retrievals()) {
      if (ofSetting.length != targets) {
        throw new IllegalArgumentException(
            "%d and %d log probabilities".formatted(targets, ofSetting.length));
      }
    }
  }

  /** A window as it was asked for, and its scores. */
  public WindowTokens(Sequence sequence, Scores scores) {
    this(sequence.tokens(), scores);
  }

  /** Place of the first target among the tokens. */
  public int firstTarget() {
    return tokens.length - scores.base().length;
  }

  /** Token ids of the targets. */
  public int[] targets() {
    return Arrays.copyOfRange(tokens, firstTarget(), tokens.length);
  }

  /**
   * Log probabilities of a target by each model, the base first.
   *
   * @param position its place among the tokens
   */
  public float[] logProbs(int position) {
    int target = position - firstTarget();
    float[] all = new float[1 + scores.retrievals().size()];
    all[0] = scores.base()[target];
    for (int i = 1; i < all.length; i++) {
      all[i] = scores.retrievals().get(i - 1)[target];
    }
    return all;
  }
}
