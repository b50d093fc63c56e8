package org.knnlm.lm.batch;

/** Which passes the sequences of a request go through the model in. */
public enum Passes {
  /** With what others want, and after what is known of earlier prompts. */
  SHARED,
  /**
   * In passes of the request's own, so that its numbers are the same to the last bit whatever else
   * is wanted.
   */
  OWN;

  /** What such a request may know of earlier prompts. */
  public PrefixCache known(PrefixCache prefixes) {
    return this == OWN ? new PrefixCache(0) : prefixes;
  }
}
