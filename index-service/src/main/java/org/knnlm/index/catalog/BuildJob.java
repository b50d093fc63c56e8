package org.knnlm.index.catalog;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.knnlm.index.build.BuildListener;
import org.knnlm.index.build.BuildProgress;
import org.knnlm.index.build.Forecast;
import org.knnlm.index.build.IndexPlan;
import org.knnlm.index.build.Needs;
import org.knnlm.index.shard.IndexManifest;

/** A build under way or ended, for any number of watchers. */
public final class BuildJob implements BuildListener {
  /**
   * The stage at work and where it was when it was first heard of.
   *
   * @param latest progress
   * @param firstDone keys done then
   * @param firstNanos time then
   */
  private record Stage(BuildProgress latest, long firstDone, long firstNanos) {
    double seconds() {
      return (System.nanoTime() - firstNanos) / 1e9;
    }

    OptionalDouble keysPerSecond() {
      long done = latest.keysDone() - firstDone;
      return done > 0 ? OptionalDouble.of(done / seconds()) : OptionalDouble.empty();
    }
  }

  private final CompletableFuture<IndexManifest> result = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();
  private final IndexPlan plan;
  private final Needs needs;
  private volatile Stage stage;
  private volatile Forecast forecast;

  BuildJob(IndexPlan plan, Needs needs, long keys) {
    this.plan = plan;
    this.needs = needs;
    this.stage =
        new Stage(new BuildProgress(BuildProgress.Stage.TRAINING, 0, keys), 0, System.nanoTime());
  }

  @Override
  public void forecast(Forecast expected) {
    forecast = expected;
  }

  @Override
  public void progress(BuildProgress next) {
    Stage last = stage;
    stage =
        isSame(last.latest().stage(), next.stage())
            ? new Stage(next, last.firstDone(), last.firstNanos())
            : new Stage(next, next.keysDone(), System.nanoTime());
  }

  /** Shards are added and written in turns: their rate is one. */
  private static boolean isSame(BuildProgress.Stage a, BuildProgress.Stage b) {
    return a == b || (isAdding(a) && isAdding(b));
  }

  private static boolean isAdding(BuildProgress.Stage stage) {
    return stage == BuildProgress.Stage.ADDING || stage == BuildProgress.Stage.WRITING;
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

  /** The index that is built. */
  public IndexPlan plan() {
    return plan;
  }

  /** What the build takes, as estimated before it began. */
  public Needs needs() {
    return needs;
  }

  /** How far it is. */
  public BuildProgress progress() {
    return stage.latest();
  }

  /** Seconds since it began, or went on after an interruption. */
  public double elapsedSeconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Keys that the present stage deals with in a second; empty while it is unknown. */
  public OptionalDouble keysPerSecond() {
    return stage.keysPerSecond();
  }

  /**
   * Seconds until the present stage ends: by its own rate, or by the forecast before it has one, as
   * training never has; empty before there is a forecast.
   */
  public OptionalDouble stageRemainingSeconds() {
    Stage now = stage;
    Forecast expected = forecast;
    BuildProgress latest = now.latest();
    OptionalDouble rate = now.keysPerSecond();
    if (rate.isPresent()) {
      return OptionalDouble.of((latest.keysTotal() - latest.keysDone()) / rate.getAsDouble());
    }
    if (expected == null) {
      return OptionalDouble.empty();
    }
    double whole =
        switch (latest.stage()) {
          case TRAINING -> expected.trainingSeconds();
          case ADDING, WRITING -> expected.addingSeconds();
          case MEASURING -> expected.measuringSeconds();
        };
    return OptionalDouble.of(Math.max(0, whole - now.seconds()));
  }

  /** Seconds until the build ends: those of the present stage and the forecasts of later ones. */
  public OptionalDouble remainingSeconds() {
    Forecast expected = forecast;
    OptionalDouble present = stageRemainingSeconds();
    if (expected == null || present.isEmpty()) {
      return OptionalDouble.empty();
    }
    double later =
        switch (progress().stage()) {
          case TRAINING -> expected.addingSeconds() + expected.measuringSeconds();
          case ADDING, WRITING -> expected.measuringSeconds();
          case MEASURING -> 0;
        };
    return OptionalDouble.of(present.getAsDouble() + later);
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
