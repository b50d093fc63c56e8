package org.knnlm.lm.transformer;

/** Which vector of a position is meant, of length hiddenSize. */
public enum HiddenState {
  /**
   * Input of the last decoder layer's MLP: after that layer's attention residual and its
   * post-attention norm.
   */
  LAST_FFN_INPUT,
  /** Output of the last decoder layer, before the model's final norm. */
  LAST_FFN_OUTPUT
}
