package org.knnlm.embedder.embedding;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Results in the order of their inputs, some of them under way while the earlier ones are used.
 *
 * @param <T> input
 * @param <R> result
 */
final class Ahead<T, R> implements AutoCloseable {
  /** Computes one result; may block. */
  @FunctionalInterface
  interface Step<T, R> {
    R apply(T input) throws Exception;
  }

  private final Iterator<T> inputs;
  private final Step<T, R> step;
  private final int depth;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Future<R>> underWay = new ArrayDeque<>();

  /**
   * @param depth steps that run at the same time, at least 1
   */
  Ahead(Iterator<T> inputs, Step<T, R> step, int depth) {
    this.inputs = inputs;
    this.step = step;
    this.depth = depth;
  }

  /**
   * The next result.
   *
   * @throws ExecutionException with what its step threw; where that was such an exception itself,
   *     of steps within steps, the innermost one
   */
  R next() throws InterruptedException, ExecutionException {
    fill();
    if (underWay.isEmpty()) {
      throw new NoSuchElementException("no input is left");
    }
    R result = result(underWay.remove());
    fill();
    return result;
  }

  private static <R> R result(Future<R> step) throws InterruptedException, ExecutionException {
    try {
      return step.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ExecutionException inner ? inner : e;
    }
  }

  /** Whether there is a next result. */
  boolean hasNext() {
    return !underWay.isEmpty() || inputs.hasNext();
  }

  private void fill() {
    while (underWay.size() < depth && inputs.hasNext()) {
      T input = inputs.next();
      underWay.add(threads.submit(() -> step.apply(input)));
    }
  }

  /** Interrupts what is under way, and waits for its end. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
