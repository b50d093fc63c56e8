package org.knnlm.lm.generate;

/** Why a continuation ended. */
public enum Finish {
  LENGTH,
  EOS,
  STOP
}
