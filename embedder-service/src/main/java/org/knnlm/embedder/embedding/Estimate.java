package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.util.List;
import org.knnlm.corpus.Window;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;

/**
 * What a planned datastore will need.
 *
 * @param plan what is planned
 * @param keysPerSecond at which the model answered, one request after the other
 */
public record Estimate(Plan plan, double keysPerSecond) {
  /** Windows that are measured, after one that is not. */
  private static final int WINDOWS = 4;

  /** The index that is built by default, {@code IVF4096,PQ64x8}: a code and an id a key, ... */
  private static final long INDEX_BYTES_OF_KEY = 64 + 8;

  /** ... and centroids of the lists and of 8 bits, float32. */
  private static final long INDEX_CENTROIDS = 4096 + 256;

  /** Measures the model on the first windows of the longest part. */
  public static Estimate measure(LanguageModel model, Plan plan, StagingFolder staging)
      throws IOException {
    PartPlan part =
        plan.parts().stream().reduce((a, b) -> b.keys() > a.keys() ? b : a).orElseThrow();
    List<Window> windows = plan.windowing().windows(part.tokens());
    // the first is shorter than most
    List<Window> measured =
        windows.size() < 3 ? windows : windows.subList(1, Math.min(windows.size(), WINDOWS + 1));
    try (var tokens = TokenFile.open(staging)) {
      embed(model, plan, part, measured.getFirst(), tokens);
      long began = System.nanoTime();
      long keys = 0;
      for (Window window : measured) {
        embed(model, plan, part, window, tokens);
        keys += window.targets();
      }
      return new Estimate(plan, keys * 1e9 / (System.nanoTime() - began));
    }
  }

  private static void embed(
      LanguageModel model, Plan plan, PartPlan part, Window window, TokenFile tokens)
      throws IOException {
    int[] ids = tokens.read(part.firstToken() + window.start(), window.length());
    var unused =
        model.hiddenStates(ids, window.firstPosition(), window.targets(), plan.origin().key());
  }

  /** Bytes of keys. */
  public long keysBytes() {
    return plan.files().keysBytes();
  }

  /** Bytes of values. */
  public long valuesBytes() {
    return plan.files().valuesBytes();
  }

  /** Bytes of the index that is built by default. */
  public long indexBytes() {
    return plan.keys() * INDEX_BYTES_OF_KEY
        + INDEX_CENTROIDS * plan.model().hiddenSize() * Float.BYTES;
  }

  /** Time that one worker takes. */
  public double seconds() {
    return plan.keys() / keysPerSecond;
  }
}
