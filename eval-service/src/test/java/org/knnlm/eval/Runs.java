package org.knnlm.eval;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

/** Runs as tests need them. */
public final class Runs {
  public static final Retrieval EXACT =
      new Retrieval("wiki", 1024, 10f, 0.25f, OptionalInt.empty(), true);
  public static final Retrieval PROBED =
      new Retrieval("wiki", 64, 5.5f, 0.1f, OptionalInt.of(8), false);
  public static final Retrieval TOLD =
      new Retrieval(
          "wiki", 64, 5f, 0.1f, OptionalInt.empty(), false, Optional.of(new Oracle.Rank(1)));
  public static final Retrieval TOLD_AT =
      new Retrieval(
          "wiki", 64, 5f, 0.1f, OptionalInt.empty(), false, Optional.of(new Oracle.Distance(0.5f)));
  public static final ModelInfo MODEL =
      new ModelInfo("tiny", "llama", "ab", "cd", "FP32", "cpu", 1024, 8, "0.1");

  private Runs() {}

  public static RunSpec spec(String name, Protocol protocol, Retrieval... settings) {
    return new RunSpec(name, protocol, "text.txt", new CorpusFormat.Lines(), List.of(settings));
  }

  public static Provenance provenance(RunSpec spec) {
    Optional<DatastoreInfo> known =
        Optional.of(new DatastoreInfo(9215, 576, "ab", "IVF64,PQ64x8", 32, "0.1"));
    List<Optional<DatastoreInfo>> datastores =
        spec.settings().stream()
            .map(setting -> setting.exactDistances() ? known : Optional.<DatastoreInfo>empty())
            .toList();
    return new Provenance(MODEL, "ef", datastores, "0.1", "0123abc");
  }

  /** Keeps a window as if each of its targets had its loss, and all were token 7. */
  public static boolean keep(RunStore store, long run, ScoredWindow window) {
    int[] tokens = new int[window.length()];
    Arrays.fill(tokens, 7);
    List<float[]> scores =
        window.losses().stream()
            .map(
                loss -> {
                  float[] row = new float[window.targets()];
                  Arrays.fill(row, (float) -loss);
                  return row;
                })
            .toList();
    return store.add(
        run,
        window,
        new WindowTokens(tokens, new Scores(scores.getFirst(), scores.subList(1, scores.size()))));
  }

  public static Run run(RunState state, int windows, long scoredTokens, RunSpec spec) {
    var plan = new Plan(1024, 512, windows, new TextCounts(scoredTokens + 1, scoredTokens, 100));
    return new Run(
        7,
        spec,
        provenance(spec),
        state,
        1,
        OptionalLong.empty(),
        Optional.of(plan),
        state == RunState.FAILED ? Optional.of("lm-service does not answer") : Optional.empty(),
        Instant.EPOCH,
        Optional.of(Instant.EPOCH),
        state.isFinal() ? Optional.of(Instant.EPOCH) : Optional.empty());
  }
}
