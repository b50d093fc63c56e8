package org.knnlm.embedder.job;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.embedding.DatastoreMaker;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.embedding.ProgressMeter;
import org.knnlm.embedder.embedding.Totals;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/** One datastore in the making; any number of callers may watch. */
public final class DatastoreJob {
  private static final Logger LOG = Logger.getLogger(DatastoreJob.class);

  private final DatastoreRequest request;
  private final ProgressMeter progress;
  private final Totals totals;
  private final FutureTask<Void> task;

  DatastoreJob(
      DatastoreRequest request,
      List<Base> bases,
      Path root,
      LanguageModel model,
      ModelInfo info,
      int partsInFlight,
      Totals totals) {
    this.request = request;
    this.totals = totals;
    this.progress = new ProgressMeter(System::nanoTime, totals);
    this.task = new FutureTask<>(work(bases, root, model, info, partsInFlight));
  }

  private Callable<Void> work(
      List<Base> bases, Path root, LanguageModel model, ModelInfo info, int partsInFlight) {
    return () -> {
      try (var staging = StagingFolder.open(root, request.name())) {
        new DatastoreMaker(model, staging, progress, bases)
            .make(request.corpus(), info, request.key(), partsInFlight);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
      return null;
    };
  }

  /** Does the work, on the calling thread. */
  void run() {
    task.run();
    totals.ended(task.state() == Future.State.SUCCESS);
    switch (task.state()) {
      case SUCCESS ->
          LOG.infof(
              "datastore %s is done: %s, without a request for the model %.2f %% of the time",
              request.name(), progress.progress(), 100 * progress.overhead());
      case FAILED -> LOG.errorf(task.exceptionNow(), "datastore %s failed", request.name());
      case CANCELLED -> LOG.warnf("datastore %s: stopped", request.name());
      case RUNNING -> throw new IllegalStateException("a task that has run is over");
    }
  }

  /** How far it is. */
  public Progress progress() {
    return progress.progress();
  }

  /** Breaks the work off; the parts that are written stay for the next time. */
  void stop() {
    task.cancel(true);
  }

  boolean isOver() {
    return task.isDone();
  }

  /**
   * Waits until the job is over, but no longer than a limit.
   *
   * @return whether the datastore is made
   * @throws ExecutionException with the reason, when it failed
   * @throws JobStoppedException when the service stops
   */
  public boolean awaitDone(Duration limit) throws InterruptedException, ExecutionException {
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (CancellationException e) {
      throw new JobStoppedException(request.name(), e);
    }
  }
}
