package org.knnlm.eval;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.knnlm.eval.db.DatabaseErrors;
import org.knnlm.eval.db.ExecutionLock;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.RunWatch;
import org.knnlm.eval.run.Runner;

/** Carries out one run after the other, in the order in which they were asked for. */
@ApplicationScoped
public class RunWorker {
  private static final Logger LOG = Logger.getLogger(RunWorker.class);

  /** How soon a run is seen that another service on the same database has queued. */
  private static final Duration POLL = Duration.ofSeconds(2);

  private static final Duration PAUSE_AFTER_DATABASE_ERROR = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final RunStore store;
  private final Runner runner;
  private final ExecutionLock lock;
  private final RunWatch watch;
  private final Semaphore queued = new Semaphore(0);
  private final Thread thread = Thread.ofPlatform().name("runs").unstarted(this::work);

  RunWorker(RunStore store, Runner runner, ExecutionLock lock, RunWatch watch) {
    this.store = store;
    this.runner = runner;
    this.lock = lock;
    this.watch = watch;
  }

  void start(@Observes StartupEvent event) {
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    thread.interrupt();
    thread.join(STOP);
  }

  /** Says that there is a new run. */
  public void wake() {
    queued.release();
  }

  private void work() {
    try {
      while (true) {
        workUntilNothingIsLeft();
        queued.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
        queued.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.debug("stopping");
    }
  }

  private void workUntilNothingIsLeft() throws InterruptedException {
    try {
      if (store.nextUnfinished().isPresent()) {
        lock.ifFree(this::executeAll);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.errorf(e, "the database does not answer; trying again in %s", PAUSE_AFTER_DATABASE_ERROR);
      try (var _ = watch.waiting("database")) {
        Thread.sleep(PAUSE_AFTER_DATABASE_ERROR);
      }
    }
  }

  private void executeAll() throws InterruptedException {
    for (Optional<Run> run = store.nextUnfinished();
        run.isPresent();
        run = store.nextUnfinished()) {
      try (var _ = watch.run(run.get().id())) {
        execute(run.get());
      }
    }
  }

  private void execute(Run run) throws InterruptedException {
    LOG.infof("run %d: %s", run.id(), run.state());
    try {
      runner.execute(run);
    } catch (RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (DatabaseErrors.isOne(e)) {
        throw e;
      }
      LOG.errorf(e, "run %d failed", run.id());
      store.fail(run, "unexpected error: " + e);
    }
    store.find(run.id()).ifPresent(now -> LOG.infof("run %d: %s", now.id(), now.state()));
  }
}
