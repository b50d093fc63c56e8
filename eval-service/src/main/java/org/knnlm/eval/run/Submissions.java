package org.knnlm.eval.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.knnlm.eval.digest.Sha256;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.eval.task.DataFile;
import org.knnlm.eval.task.DataFolder;
import org.knnlm.eval.task.Task;
import org.knnlm.eval.task.TaskCatalog;

/** Takes runs in: what cannot work is refused before it is queued. */
public final class Submissions {
  /** Ids that every vocabulary has: whether a setting can be served does not depend on them. */
  private static final Sequence ANY_TOKENS = new Sequence(new int[] {0, 0}, 1);

  private final RunStore store;
  private final LanguageModel model;
  private final Datastores datastores;
  private final TextFolder texts;
  private final TaskCatalog tasks;
  private final DataFolder data;
  private final Inputs inputs;
  private final String serviceVersion;
  private final String gitRevision;

  /**
   * @param gitRevision revision of this build; empty when unknown
   */
  public Submissions(
      RunStore store,
      LanguageModel model,
      Datastores datastores,
      TextFolder texts,
      TaskCatalog tasks,
      DataFolder data,
      String serviceVersion,
      String gitRevision) {
    this.store = store;
    this.model = model;
    this.datastores = datastores;
    this.texts = texts;
    this.tasks = tasks;
    this.data = data;
    this.inputs = new Inputs(model, datastores);
    this.serviceVersion = serviceVersion;
    this.gitRevision = gitRevision;
  }

  /**
   * Queues a run.
   *
   * @throws InvalidRunException naming the fields at fault
   * @throws LanguageModelException when the model does not answer
   */
  public Run submit(RunRequest request) {
    RunSpec spec = request.isOfTasks() ? request.check(tasks, data) : request.check(texts);
    ModelInfo info = model.info();
    tryOut(spec.settings());
    List<Optional<DatastoreInfo>> described =
        spec.settings().stream().map(setting -> datastores.describe(setting.datastore())).toList();
    return store.create(
        spec,
        new Provenance(info, textSha256(spec), described, serviceVersion, gitRevision),
        OptionalLong.empty());
  }

  /**
   * Queues a run once more.
   *
   * @throws ChangedInputException when something that its numbers depend on is not what it was
   * @throws LanguageModelException when the model does not answer
   */
  public Run repeat(Run run) {
    ModelInfo info = inputs.checkModel(run);
    inputs.checkDatastores(run);
    if (!textSha256(run.spec()).equals(run.provenance().textSha256())) {
      throw new ChangedInputException("the text %s has changed".formatted(run.spec().text()));
    }
    for (Subject.TaskOfRun task : run.spec().tasks()) {
      List<DataFile> files = data.files(Task.parse(task.name() + ".yaml", task.definition()));
      if (!files.equals(task.files())) {
        throw new ChangedInputException(
            "the data of the task %s has changed: %s, and was %s"
                .formatted(task.name(), files, task.files()));
      }
    }
    return store.create(
        run.spec(),
        new Provenance(
            info,
            run.provenance().textSha256(),
            run.provenance().datastores(),
            serviceVersion,
            gitRevision),
        OptionalLong.of(run.id()));
  }

  private String textSha256(RunSpec spec) {
    return switch (spec.subject()) {
      case Subject.Text text -> Sha256.of(texts.file(text.file()));
      case Subject.Tasks _ -> "";
    };
  }

  private void tryOut(List<Retrieval> settings) {
    if (settings.isEmpty() || refusal(settings).isEmpty()) {
      return;
    }
    List<FieldProblem> problems = new ArrayList<>();
    for (int i = 0; i < settings.size(); i++) {
      String path = "settings[%d]".formatted(i);
      refusal(List.of(settings.get(i)))
          .ifPresent(refusal -> problems.addAll(inOurTerms(refusal, path)));
    }
    if (!problems.isEmpty()) {
      throw new InvalidRunException(problems);
    }
  }

  private Optional<LanguageModelException> refusal(List<Retrieval> settings) {
    try {
      model.score(List.of(ANY_TOKENS), settings, scores -> {});
      return Optional.empty();
    } catch (LanguageModelException e) {
      if (e.isPassing()) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  /** A refusal that names no field is about the one thing that is not a number. */
  private static List<FieldProblem> inOurTerms(LanguageModelException refusal, String path) {
    if (refusal.fields().isEmpty()) {
      return List.of(new FieldProblem(path + ".datastore", refusal.getMessage()));
    }
    return refusal.fields().stream()
        .map(
            problem ->
                new FieldProblem(
                    problem
                        .field()
                        .replace("retrievals[0]", path)
                        .replace("exact_distances", "exactDistances"),
                    problem.problem()))
        .toList();
  }
}
