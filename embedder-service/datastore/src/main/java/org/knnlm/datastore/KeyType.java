package org.knnlm.datastore;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which hidden state of a position is its key. */
public enum KeyType {
  /** Input of the last decoder layer's MLP. */
  @JsonProperty("last_ffn_input")
  LAST_FFN_INPUT,
  /** Output of the last decoder layer, before the final norm. */
  @JsonProperty("last_ffn_output")
  LAST_FFN_OUTPUT
}
