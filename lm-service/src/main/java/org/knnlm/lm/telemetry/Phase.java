package org.knnlm.lm.telemetry;

import java.util.Locale;

/** What the time of a reply goes to. */
enum Phase {
  TOKENIZE,
  /** Waiting for the model. */
  QUEUE,
  FORWARD,
  SEARCH,
  /** Mixing both distributions, and choosing a token. */
  MIX;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of a call's span. */
  String attribute() {
    return "knnlm." + tag() + "_ms";
  }
}
