package org.knnlm.eval.rest;

import org.knnlm.eval.lm.Retrieval;

/** A retrieval setting in JSON, as in the request for a run. */
public record SettingView(
    String datastore,
    int k,
    float temperature,
    float lambda,
    Integer nprobe,
    boolean exactDistances) {

  static SettingView of(Retrieval retrieval) {
    return new SettingView(
        retrieval.datastore(),
        retrieval.k(),
        retrieval.temperature(),
        retrieval.lambda(),
        retrieval.nprobe().isPresent() ? retrieval.nprobe().getAsInt() : null,
        retrieval.exactDistances());
  }
}
