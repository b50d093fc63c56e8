package org.knnlm.lm.config;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.knnlm.lm.batch.Budget;

/** How many calls are answered at a time. */
final class Admission {
  private Admission() {}

  @Produces
  @Singleton
  static Budget calls(LmConfig config) {
    return new Budget("calls", config.model().maxCalls());
  }
}
