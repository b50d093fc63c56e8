package org.knnlm.eval.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;

/**
 * A run in JSON.
 *
 * @param protocol null, as all that belongs to a text, in a run of tasks
 * @param windowsDone windows that are scored
 * @param plan what there is to do; null until the text is tokenised
 * @param error why it failed
 * @param settings retrieval settings beside the base model
 * @param textSha256 SHA-256 of the text file
 * @param gitRevision revision that this service was built from; empty when unknown
 * @param limit most examples of each task or sub-task; null for all
 * @param repeats the run that it repeats; null for a new one
 * @param tasks empty in a run of a text
 * @param examplesFailed examples that could not be evaluated
 * @param examplesTotal 0 until the data has been read
 * @param etaSeconds that remain at the rate of the work so far; null unless the run is under way
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
    String gitRevision,
    Integer limit,
    Long repeats,
    List<RunTask> tasks,
    int examplesDone,
    int examplesFailed,
    int examplesTotal,
    OptionalDouble etaSeconds) {

  /**
   * A retrieval setting.
   *
   * @param manifest what the datastore was when the run was asked for; null when nobody could say
   */
  public record Setting(@JsonUnwrapped SettingView retrieval, DatastoreInfo manifest) {}

  /**
   * A task of a run.
   *
   * @param kind score, next_token, generate or perplexity
   * @param metrics what is reported, the headline first
   * @param files its data
   */
  public record RunTask(
      String name,
      int version,
      String kind,
      List<String> metrics,
      List<DataFile> files,
      int examples,
      int done,
      int failed) {}

  static RunView of(Run run, Progress progress, List<TaskProgress> ofTasks) {
    Optional<Subject.Text> text =
        run.spec().subject() instanceof Subject.Text it ? Optional.of(it) : Optional.empty();
    CorpusFormat format = text.map(Subject.Text::format).orElse(null);
    return new RunView(
        run.id(),
        run.spec().name(),
        run.state(),
        run.error().orElse(null),
        text.map(it -> it.protocol().key()).orElse(null),
        text.map(Subject.Text::file).orElse(null),
        format == null ? null : format instanceof CorpusFormat.Jsonl ? "jsonl" : "lines",
        format instanceof CorpusFormat.Jsonl(String field) ? field : null,
        settings(run),
        progress.windowsDone(),
        progress.windowsTotal(),
        run.plan().orElse(null),
        run.createdAt(),
        run.startedAt().orElse(null),
        run.finishedAt().orElse(null),
        run.provenance().model(),
        text.isPresent() ? run.provenance().textSha256() : null,
        run.provenance().serviceVersion(),
        run.provenance().gitRevision(),
        run.spec().limit().isPresent() ? run.spec().limit().getAsInt() : null,
        run.repeats().isPresent() ? run.repeats().getAsLong() : null,
        tasks(run, ofTasks),
        ofTasks.stream().mapToInt(TaskProgress::done).sum(),
        ofTasks.stream().mapToInt(TaskProgress::failed).sum(),
        ofTasks.stream().mapToInt(TaskProgress::examples).sum(),
        text.isPresent() ? progress.etaSeconds() : eta(run, ofTasks));
  }

  private static OptionalDouble eta(Run run, List<TaskProgress> ofTasks) {
    int done = ofTasks.stream().mapToInt(TaskProgress::done).sum();
    int left =
        ofTasks.stream().mapToInt(task -> task.examples() - task.done() - task.failed()).sum();
    double seconds = ofTasks.stream().mapToDouble(TaskProgress::seconds).sum();
    return run.state() == RunState.RUNNING && done > 0
        ? OptionalDouble.of(left * seconds / done)
        : OptionalDouble.empty();
  }

  private static List<RunTask> tasks(Run run, List<TaskProgress> ofTasks) {
    return IntStream.range(0, ofTasks.size())
        .mapToObj(
            i -> {
              Subject.TaskOfRun task = run.spec().tasks().get(i);
              TaskProgress progress = ofTasks.get(i);
              return new RunTask(
                  task.name(),
                  task.version(),
                  task.kind(),
                  task.metrics(),
                  task.files(),
                  progress.examples(),
                  progress.done(),
                  progress.failed());
            })
        .toList();
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
