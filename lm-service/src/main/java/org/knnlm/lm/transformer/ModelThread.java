package org.knnlm.lm.transformer;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The only thread that touches the model. Work is done in the order in which it comes, so callers
 * that ask for one piece at a time take turns.
 */
public final class ModelThread implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("model").factory());
  private final Transformer model;

  /** Loads a model on a new thread, and waits for it; throws what loading throws. */
  public ModelThread(Supplier<Transformer> load) {
    try {
      model = await(thread.submit(load::get));
    } catch (RuntimeException | Error e) {
      thread.shutdown();
      throw e;
    }
  }

  /** Queues work; cancelling the result before its turn takes it from the queue. */
  public <T> Future<T> submit(Function<Transformer, T> work) {
    return thread.submit((Callable<T>) () -> work.apply(model));
  }

  /** Queues work that nobody waits for: what frees memory, and cannot fail. */
  public void execute(Runnable work) {
    thread.execute(work);
  }

  /** Does work in its turn, and waits for it; throws what it throws. */
  public <T> T call(Function<Transformer, T> work) {
    return await(submit(work));
  }

  /**
   * Waits for submitted work; throws what it threw.
   *
   * @throws CancellationException when the waiting thread is interrupted; the work is cancelled
   */
  public static <T> T await(Future<T> work) {
    try {
      return work.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      work.cancel(false);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for the model");
    }
  }

  /** Finishes what is queued, then frees the model. */
  @Override
  public void close() {
    thread.execute(model::close);
    thread.close();
  }
}
