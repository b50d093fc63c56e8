package org.knnlm.lm.telemetry;

import java.util.EnumSet;
import java.util.Set;

/** The calls that take time. */
public enum Rpc {
  TOKENIZE("Tokenize"),
  FORWARD("Forward"),
  SCORE("Score"),
  NEXT_TOKEN("NextToken"),
  GENERATE("Generate");

  private final String method;

  Rpc(String method) {
    this.method = method;
  }

  /** Its name in the protocol. */
  String method() {
    return method;
  }

  /** What its time goes to. */
  Set<Phase> phases() {
    return switch (this) {
      case TOKENIZE -> EnumSet.of(Phase.TOKENIZE);
      case FORWARD -> EnumSet.of(Phase.QUEUE, Phase.FORWARD);
      case SCORE, NEXT_TOKEN -> EnumSet.of(Phase.QUEUE, Phase.FORWARD, Phase.SEARCH, Phase.MIX);
      case GENERATE -> EnumSet.allOf(Phase.class);
    };
  }
}
