package org.knnlm.eval.run;

import java.time.Duration;
import org.jboss.logging.Logger;
import org.knnlm.eval.lm.LanguageModelException;

/** Repeats a call to a language model that may answer later, for so long and no longer. */
public final class Patience {
  private static final Logger LOG = Logger.getLogger(Patience.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Duration limit;
  private final RunWatch watch;

  /**
   * @param limit from the first failure to the last attempt
   * @param watch told of the time between attempts
   */
  public Patience(Duration limit, RunWatch watch) {
    this.limit = limit;
    this.watch = watch;
  }

  /** A call to a language model. */
  @FunctionalInterface
  public interface Call<T> {
    T call() throws InterruptedException;
  }

  /**
   * What the call returns in the end.
   *
   * @throws LanguageModelException of the last attempt
   */
  public <T> T call(Call<T> call) throws InterruptedException {
    long firstFailure = 0;
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return call.call();
      } catch (LanguageModelException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        firstFailure = firstFailure == 0 ? System.nanoTime() : firstFailure;
        Duration waited = Duration.ofNanos(System.nanoTime() - firstFailure);
        if (!e.isPassing() || waited.plus(pause).compareTo(limit) > 0) {
          throw e;
        }
        LOG.warnf("%s; trying again in %d ms", e.getMessage(), pause.toMillis());
        try (var _ = watch.waiting(e.lacking())) {
          Thread.sleep(pause);
        }
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    }
  }
}
