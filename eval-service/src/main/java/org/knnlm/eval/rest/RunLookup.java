package org.knnlm.eval.rest;

import jakarta.ws.rs.NotFoundException;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;

/** Runs by their numbers. */
final class RunLookup {
  private RunLookup() {}

  /**
   * The run of a number.
   *
   * @throws NotFoundException when there is none
   */
  static Run find(RunStore store, long id) {
    return store.find(id).orElseThrow(() -> unknown(id));
  }

  static NotFoundException unknown(long id) {
    return new NotFoundException("there is no run %d".formatted(id));
  }
}
