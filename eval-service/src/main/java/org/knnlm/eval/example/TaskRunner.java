package org.knnlm.eval.example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.perplexity.EmptyTextException;
import org.knnlm.eval.perplexity.TokenizedText;
import org.knnlm.eval.run.ChangedInputException;
import org.knnlm.eval.run.Inputs;
import org.knnlm.eval.run.Patience;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.RunWatch;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;
import org.knnlm.eval.task.DataFolder;
import org.knnlm.eval.task.Evaluator;
import org.knnlm.eval.task.ExampleException;
import org.knnlm.eval.task.Graded;
import org.knnlm.eval.task.LoadedTask;
import org.knnlm.eval.task.MissingDataException;
import org.knnlm.eval.task.Request;
import org.knnlm.eval.task.RowReader;
import org.knnlm.eval.task.Task;
import org.knnlm.eval.task.TaskFileException;

/**
 * Carries out runs of tasks, a batch of examples at a time. Any number of threads and processes may
 * do so with the same run: what one has claimed, the others leave alone.
 */
public final class TaskRunner {
  private static final System.Logger LOG = System.getLogger(TaskRunner.class.getName());

  /** Enough to fill some passes of a model, few enough to lose little with one claim. */
  private static final int EXAMPLES_PER_BATCH = 16;

  private final RunStore runs;
  private final ExampleStore examples;
  private final LanguageModel model;
  private final Inputs inputs;
  private final DataFolder data;
  private final RowReader reader;
  private final Patience patience;
  private final RunWatch watch;
  private final Map<Long, List<Evaluator>> prepared = new ConcurrentHashMap<>();

  /**
   * @param patience how long to wait for a model that does not answer
   * @param watch told of the work
   */
  public TaskRunner(
      RunStore runs,
      ExampleStore examples,
      LanguageModel model,
      Datastores datastores,
      DataFolder data,
      RowReader reader,
      Duration patience,
      RunWatch watch) {
    this.runs = runs;
    this.examples = examples;
    this.model = model;
    this.inputs = new Inputs(model, datastores);
    this.data = data;
    this.reader = reader;
    this.patience = new Patience(patience, watch);
    this.watch = watch;
  }

  /**
   * Does the next piece of work that nobody else is at.
   *
   * @return whether there was one
   */
  public boolean workOnce() throws InterruptedException {
    List<Run> unfinished = examples.unfinished();
    prepared.keySet().retainAll(unfinished.stream().map(Run::id).toList());
    for (Run run : unfinished) {
      try (var _ = watch.run(run.id())) {
        if (step(run)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean step(Run run) throws InterruptedException {
    try {
      List<Evaluator> evaluators = prepare(run);
      if (run.state() == RunState.QUEUED) {
        examples.begin(run, evaluators.stream().map(TaskPlan::of).toList());
      }
      return switch (patience.call(() -> claim(run, evaluators))) {
        case EVALUATED -> true;
        case ALL_TAKEN -> false;
        case NONE_LEFT -> {
          examples.finish(run.id());
          yield true;
        }
        case STOPPED -> true;
      };
    } catch (LanguageModelException
        | ChangedInputException
        | CorpusException
        | EmptyTextException
        | ExampleException
        | MissingDataException
        | TaskFileException
        | UnexpectedException
        | UncheckedIOException
        | IOException e) {
      LOG.log(System.Logger.Level.WARNING, "run %d failed".formatted(run.id()), e);
      runs.fail(run, e.getMessage());
      return true;
    }
  }

  /** An error of ours: the run fails with it instead of meeting it again and again. */
  private static final class UnexpectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnexpectedException(RuntimeException cause) {
      super("unexpected error: " + cause, cause);
    }
  }

  private ExampleStore.Claim claim(Run run, List<Evaluator> evaluators)
      throws InterruptedException {
    return examples.next(
        run.id(),
        EXAMPLES_PER_BATCH,
        (task, indices) -> {
          inputs.checkModel(run);
          try (var _ = watch.batch(run.id(), RunWatch.Item.EXAMPLE, indices)) {
            return told(evaluate(evaluators.get(task), indices));
          } catch (LanguageModelException e) {
            throw e;
          } catch (RuntimeException e) {
            throw new UnexpectedException(e);
          }
        });
  }

  private List<ExampleStore.Evaluated> told(List<ExampleStore.Evaluated> evaluated) {
    for (ExampleStore.Evaluated example : evaluated) {
      switch (example) {
        case ExampleStore.Evaluated.Done done -> watch.done(RunWatch.Item.EXAMPLE, done.seconds());
        case ExampleStore.Evaluated.Failed _ -> watch.failed(RunWatch.Item.EXAMPLE);
      }
    }
    return evaluated;
  }

  /**
   * All together, or, when one of them cannot be, each alone. Those of a batch that are retried are
   * asked alone as before: what an example comes to does not depend on when it was asked.
   */
  private static List<ExampleStore.Evaluated> evaluate(Evaluator evaluator, List<Integer> indices) {
    int first = indices.getFirst() / EXAMPLES_PER_BATCH * EXAMPLES_PER_BATCH;
    int batch = Math.min(EXAMPLES_PER_BATCH, evaluator.examples() - first);
    return indices.size() == batch ? together(evaluator, indices) : alone(evaluator, indices);
  }

  private static List<ExampleStore.Evaluated> alone(Evaluator evaluator, List<Integer> indices) {
    return indices.stream().flatMap(index -> together(evaluator, List.of(index)).stream()).toList();
  }

  private static List<ExampleStore.Evaluated> together(Evaluator evaluator, List<Integer> indices) {
    long start = System.nanoTime();
    try {
      List<Graded> graded = evaluator.evaluate(indices);
      double seconds = (System.nanoTime() - start) / 1e9 / indices.size();
      return IntStream.range(0, indices.size())
          .<ExampleStore.Evaluated>mapToObj(
              i -> new ExampleStore.Evaluated.Done(indices.get(i), graded.get(i), seconds))
          .toList();
    } catch (LanguageModelException | ExampleException e) {
      if (e instanceof LanguageModelException answer && answer.isPassing()) {
        throw e;
      }
      if (indices.size() == 1) {
        return List.of(new ExampleStore.Evaluated.Failed(indices.getFirst(), e.getMessage()));
      }
      return alone(evaluator, indices);
    }
  }

  private List<Evaluator> prepare(Run run) throws IOException, InterruptedException {
    synchronized (prepared) {
      List<Evaluator> evaluators = prepared.get(run.id());
      if (evaluators == null) {
        ModelInfo info = patience.call(() -> inputs.checkModel(run));
        inputs.checkDatastores(run);
        evaluators = new ArrayList<>();
        for (Subject.TaskOfRun task : run.spec().tasks()) {
          evaluators.add(evaluator(run, task, info));
        }
        prepared.put(run.id(), evaluators);
      }
      return evaluators;
    }
  }

  private Evaluator evaluator(Run run, Subject.TaskOfRun of, ModelInfo info)
      throws IOException, InterruptedException {
    Task task = Task.parse(of.name() + ".yaml", of.definition());
    List<DataFile> files = data.files(task);
    if (!files.equals(of.files())) {
      throw new ChangedInputException(
          "the data of the task %s has changed: %s, and was %s"
              .formatted(of.name(), files, of.files()));
    }
    if (task.request() instanceof Request.Perplexity perplexity) {
      Path file = data.path(files.getFirst().path());
      CorpusFormat format =
          file.toString().endsWith(".jsonl") ? new CorpusFormat.Jsonl() : new CorpusFormat.Lines();
      return Evaluator.of(
          TokenizedText.read(
              file,
              perplexity.protocol(),
              format,
              batch -> patience.call(() -> model.tokenize(batch)),
              info.maxSequenceLength()),
          model,
          info,
          run.spec().settings());
    }
    return Evaluator.of(
        LoadedTask.load(task, files, run.spec().limit().orElse(Integer.MAX_VALUE), data, reader),
        model,
        info,
        run.spec().settings());
  }
}
