package org.knnlm.eval.rest;

import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.run.RunRequest;

/** A retrieval setting in JSON, as in the request for a run. */
public record SettingView(
    String datastore,
    int k,
    float temperature,
    float lambda,
    Integer nprobe,
    boolean exactDistances,
    RunRequest.OracleSetting oracle) {

  static SettingView of(Retrieval retrieval) {
    return new SettingView(
        retrieval.datastore(),
        retrieval.k(),
        retrieval.temperature(),
        retrieval.lambda(),
        retrieval.nprobe().isPresent() ? retrieval.nprobe().getAsInt() : null,
        retrieval.exactDistances(),
        retrieval.oracle().map(SettingView::oracle).orElse(null));
  }

  private static RunRequest.OracleSetting oracle(Oracle oracle) {
    return switch (oracle) {
      case Oracle.Rank(int rank) -> new RunRequest.OracleSetting(rank, null);
      case Oracle.Distance(float distance) -> new RunRequest.OracleSetting(null, distance);
    };
  }
}
