package org.knnlm.eval;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.knnlm.eval.db.DatabaseErrors;
import org.knnlm.eval.example.TaskRunner;
import org.knnlm.eval.run.RunWatch;

/** Evaluate examples, beside those of other services on the same database. */
@ApplicationScoped
public class ExampleWorkers {
  private static final Logger LOG = Logger.getLogger(ExampleWorkers.class);

  /** How soon examples are seen that became free, and runs that another service has queued. */
  private static final Duration POLL = Duration.ofSeconds(1);

  private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final TaskRunner runner;
  private final RunWatch watch;
  private final Semaphore queued = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();

  ExampleWorkers(TaskRunner runner, Settings settings, RunWatch watch) {
    if (settings.workers() < 0) {
      throw new IllegalArgumentException(
          "setting knnlm.workers: found %d, allowed is 0 or more".formatted(settings.workers()));
    }
    this.runner = runner;
    this.watch = watch;
    for (int i = 0; i < settings.workers(); i++) {
      threads.add(Thread.ofPlatform().name("examples-" + i).unstarted(this::work));
    }
  }

  void start(@Observes StartupEvent event) {
    threads.forEach(Thread::start);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join(STOP);
    }
  }

  /** Says that there is something to do. */
  public void wake() {
    queued.release(threads.size());
  }

  private void work() {
    try {
      while (true) {
        if (!workOnce()) {
          queued.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("stopping");
    }
  }

  private boolean workOnce() throws InterruptedException {
    try {
      return runner.workOnce();
    } catch (RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.errorf(e, "examples could not be evaluated; trying again in %s", PAUSE_AFTER_ERROR);
      pause(e);
      return true;
    }
  }

  private void pause(RuntimeException reason) throws InterruptedException {
    if (DatabaseErrors.isOne(reason)) {
      try (var _ = watch.waiting("database")) {
        Thread.sleep(PAUSE_AFTER_ERROR);
      }
    } else {
      Thread.sleep(PAUSE_AFTER_ERROR);
    }
  }
}
