package org.knnlm.lm.forward;

/** Which passes the sequences of a request go through the model in. */
public enum Passes {
  /** With each other, and with what others want. */
  SHARED,
  /** Each in its own, so that its numbers are the same to the last bit whatever else is wanted. */
  OWN
}
