package org.knnlm.index.catalog;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.knnlm.index.build.BuildProgress;
import org.knnlm.index.shard.IndexManifest;

/** A build under way or ended, for any number of watchers. */
public final class BuildJob {
  private final CompletableFuture<IndexManifest> result = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();
  private volatile BuildProgress progress;
  private volatile long addingNanos;

  BuildJob(long keys) {
    this.progress = new BuildProgress(BuildProgress.Stage.TRAINING, 0, keys);
  }

  void update(BuildProgress next) {
    if (addingNanos == 0 && next.stage() == BuildProgress.Stage.ADDING) {
      addingNanos = System.nanoTime();
    }
    progress = next;
  }

  void complete(IndexManifest manifest) {
    result.complete(manifest);
  }

  void fail(Throwable cause) {
    result.completeExceptionally(cause);
  }

  boolean isRunning() {
    return !result.isDone();
  }

  /** How far it is. */
  public BuildProgress progress() {
    return progress;
  }

  /** Seconds since it began. */
  public double elapsedSeconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Seconds left at the rate of adding so far; empty before keys are added. */
  public OptionalDouble remainingSeconds() {
    BuildProgress now = progress;
    if (addingNanos == 0 || now.keysDone() == 0) {
      return OptionalDouble.empty();
    }
    double perKey = (System.nanoTime() - addingNanos) / 1e9 / now.keysDone();
    return OptionalDouble.of(perKey * (now.keysTotal() - now.keysDone()));
  }

  /**
   * Waits for the end.
   *
   * @return whether the job ended well within the time
   * @throws Exception the job's error
   */
  public boolean await(Duration limit) throws Exception {
    try {
      result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException stillRunning) {
      return false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** The index that came of it. */
  public IndexManifest manifest() {
    return result.join();
  }
}
