package org.knnlm.eval.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;

/**
 * A run in JSON.
 *
 * @param windowsDone windows that are scored
 * @param plan what there is to do; null until the text is tokenised
 * @param error why it failed
 * @param settings retrieval settings beside the base model
 * @param textSha256 SHA-256 of the text file
 * @param gitRevision revision that this service was built from; empty when unknown
 */
public record RunView(
    long id,
    String name,
    RunState state,
    String error,
    String protocol,
    String text,
    String format,
    String textField,
    List<Setting> settings,
    int windowsDone,
    int windowsTotal,
    Plan plan,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt,
    ModelInfo model,
    String textSha256,
    String serviceVersion,
    String gitRevision) {

  /**
   * A retrieval setting.
   *
   * @param manifest what the datastore was when the run was asked for; null when nobody could say
   */
  public record Setting(@JsonUnwrapped SettingView retrieval, DatastoreInfo manifest) {}

  static RunView of(Run run, Progress progress) {
    CorpusFormat format = run.spec().format();
    return new RunView(
        run.id(),
        run.spec().name(),
        run.state(),
        run.error().orElse(null),
        run.spec().protocol().key(),
        run.spec().text(),
        format instanceof CorpusFormat.Jsonl ? "jsonl" : "lines",
        format instanceof CorpusFormat.Jsonl(String field) ? field : null,
        settings(run),
        progress.windowsDone(),
        progress.windowsTotal(),
        run.plan().orElse(null),
        run.createdAt(),
        run.startedAt().orElse(null),
        run.finishedAt().orElse(null),
        run.provenance().model(),
        run.provenance().textSha256(),
        run.provenance().serviceVersion(),
        run.provenance().gitRevision());
  }

  private static List<Setting> settings(Run run) {
    List<Optional<DatastoreInfo>> manifests = run.provenance().datastores();
    return IntStream.range(0, manifests.size())
        .mapToObj(
            i ->
                new Setting(
                    SettingView.of(run.spec().settings().get(i)), manifests.get(i).orElse(null)))
        .toList();
  }
}
