package org.knnlm.lm.batch;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/**
 * The only owner of the model: one thread that takes the work that waits longest, and beside it
 * what fills a pass. Nothing is padded, so sequences of any lengths go together; and callers that
 * hand in one piece at a time take turns, however much they want.
 */
public final class ModelQueue implements AutoCloseable {
  /**
   * Tokens of a pass: more would not make the matrix products faster, only let other callers wait
   * longer.
   */
  public static final int PASS_TOKENS = 1024;

  /**
   * Work of so few tokens goes with the next pass, full or not: a step of generation would else
   * wait behind every text that is scored, and a continuation has many steps.
   */
  private static final int SMALL_TOKENS = 8;

  private static final System.Logger LOG = System.getLogger(ModelQueue.class.getName());

  private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final AtomicLong passes = new AtomicLong();
  private final AtomicLong tokens = new AtomicLong();
  private final Thread thread;
  private Transformer model;

  /** What waits for the model. */
  private sealed interface Entry permits Task, Waiting, End {}

  private record Task(Runnable code) implements Entry {}

  private record Waiting<T>(Work<T> work, int tokens, CompletableFuture<Done<T>> result, long since)
      implements Entry {}

  private record End() implements Entry {}

  /** Loads a model on a new thread, and waits for it; throws what loading throws. */
  public ModelQueue(Supplier<Transformer> load) {
    var loaded = new CompletableFuture<Void>();
    thread =
        Thread.ofPlatform()
            .name("model")
            .start(
                () -> {
                  complete(
                      loaded,
                      () -> {
                        model = load.get();
                        return null;
                      });
                  if (!loaded.isCompletedExceptionally()) {
                    serve();
                  }
                });
    await(loaded);
  }

  /** Only this thread may use the model, so whatever is thrown on it, it goes on. */
  private void serve() {
    Entry entry = null;
    while (!(entry instanceof End)) {
      try {
        entry = queue.take();
        serve(entry);
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  private void serve(Entry entry) {
    switch (entry) {
      case Task task -> task.code.run();
      case Waiting<?> first when first.work.alone() -> {
        List<Waiting<?>> small = gathered(PASS_TOKENS);
        if (!small.isEmpty()) {
          run(small);
        }
        run(List.of(first));
      }
      case Waiting<?> first -> {
        List<Waiting<?>> works = gathered(first.tokens);
        works.addFirst(first);
        run(works);
      }
      case End _ -> model.close();
    }
  }

  /** For what nobody waits for. */
  private static void failed(Throwable e) {
    LOG.log(System.Logger.Level.ERROR, "a failure on the model's thread, which goes on", e);
  }

  /**
   * What goes into a pass that has so many tokens: what fits, and the small ones. Work that goes
   * alone lets the small ones pass before it.
   */
  private List<Waiting<?>> gathered(int taken) {
    var works = new ArrayList<Waiting<?>>();
    int tokens = taken;
    for (Iterator<Entry> entries = queue.iterator(); entries.hasNext(); ) {
      if (entries.next() instanceof Waiting<?> next
          && !next.work.alone()
          && (tokens + next.tokens <= PASS_TOKENS || next.tokens <= SMALL_TOKENS)) {
        entries.remove();
        works.add(next);
        tokens += next.tokens;
      }
    }
    return works;
  }

  private void run(List<Waiting<?>> works) {
    var started = new ArrayList<Waiting<?>>();
    var firsts = new ArrayList<Integer>();
    var segments = new ArrayList<Segment>();
    long start = System.nanoTime();
    try {
      for (Waiting<?> waiting : works) {
        if (!waiting.result.isDone()) {
          begin(waiting, started, firsts, segments);
        }
      }
      if (!started.isEmpty()) {
        pass(started, firsts, segments, start);
      }
    } finally {
      started.forEach(ModelQueue::close);
    }
  }

  private static void close(Waiting<?> waiting) {
    try {
      waiting.work.close();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void begin(
      Waiting<?> waiting, List<Waiting<?>> started, List<Integer> firsts, List<Segment> segments) {
    started.add(waiting);
    int first = segments.size();
    firsts.add(first);
    try {
      segments.addAll(waiting.work.begin(model));
    } catch (RuntimeException | Error e) {
      segments.subList(first, segments.size()).clear();
      waiting.result.completeExceptionally(e);
    }
  }

  private void pass(
      List<Waiting<?>> works, List<Integer> firsts, List<Segment> segments, long start) {
    try {
      Set<Integer> layers =
          works.stream().flatMap(w -> w.work.layers().stream()).collect(Collectors.toSet());
      var batch = new Batch(segments, layers);
      try (ForwardPass pass = model.forward(batch)) {
        passes.incrementAndGet();
        tokens.addAndGet(batch.tokens());
        for (int i = 0; i < works.size(); i++) {
          end(works.get(i), pass, firsts.get(i), start, batch.tokens());
        }
      }
    } catch (RuntimeException | Error e) {
      if (works.stream().filter(w -> w.result.completeExceptionally(e)).count() == 0) {
        failed(e);
      }
    }
  }

  private static <T> void end(
      Waiting<T> waiting, ForwardPass pass, int firstSegment, long start, int tokens) {
    if (waiting.result.isDone()) {
      return;
    }
    complete(
        waiting.result,
        () -> {
          T value = waiting.work.end(pass, firstSegment);
          double share = Math.min(1, (double) waiting.tokens / tokens);
          return new Done<>(
              value, (start - waiting.since) / 1e6, (System.nanoTime() - start) / 1e6 * share);
        });
  }

  private static <T> void complete(CompletableFuture<T> result, Supplier<T> value) {
    try {
      result.complete(value.get());
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  /** Queues work; cancelling the result before its turn takes it from the queue. */
  public <T> Future<Done<T>> submit(Work<T> work) {
    var result = new CompletableFuture<Done<T>>();
    queue.add(new Waiting<>(work, work.tokens(), result, System.nanoTime()));
    return result;
  }

  /** Queues what nobody waits for: what frees memory. */
  public void execute(Runnable code) {
    queue.add(new Task(code));
  }

  /** Does something with the model that is no pass, in its turn, and waits for it. */
  public <T> T call(Function<Transformer, T> code) {
    var result = new CompletableFuture<T>();
    execute(
        () -> {
          if (!result.isDone()) {
            complete(result, () -> code.apply(model));
          }
        });
    return await(result);
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

  /** Works that wait for the model now. */
  public long length() {
    return queue.stream().filter(e -> e instanceof Waiting<?> w && !w.result.isDone()).count();
  }

  /** Passes that the model made, since the start. */
  public long passes() {
    return passes.get();
  }

  /** Tokens of those passes. */
  public long passTokens() {
    return tokens.get();
  }

  /** Finishes what is queued, then frees the model. */
  @Override
  public void close() {
    queue.add(new End());
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
