package org.knnlm.index.search;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * The only caller of faiss: one search at a time, which uses every processor, in the order in which
 * they come. Requests that came while another was searched for go into one call, if they are alike:
 * many queries cost less together than apart.
 */
public final class SearchQueue implements AutoCloseable {
  private static final double SMOOTHING = 0.3;

  private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final int maxQueries;
  private final Semaphore room;
  private final long mergeNanos;
  private final ExecutorService pool;
  private final Thread thread;
  private double nanosPerQuery;
  private volatile Work work = new Work(0, 0, 0, 0);
  private final LongAdder refused = new LongAdder();

  /**
   * What has been done since the start.
   *
   * @param calls of faiss
   * @param requests that were answered, several by some calls
   * @param queries of all requests
   * @param nanos that the calls took
   */
  public record Work(long calls, long requests, long queries, long nanos) {
    private Work plus(int moreRequests, int moreQueries, long moreNanos) {
      return new Work(calls + 1, requests + moreRequests, queries + moreQueries, nanos + moreNanos);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Waiting(
      Shards shards, Search search, float[] queries, CompletableFuture<Found> result) {
    boolean isLike(Waiting other) {
      return !search.ownCall() && shards == other.shards && search.equals(other.search);
    }

    int count() {
      return queries.length / shards.dimension();
    }
  }

  /**
   * Starts the thread.
   *
   * @param threads of a search
   * @param maxQueries that may wait; a request beyond is refused
   * @param mergeTime that requests which share a call may take together, by the time that queries
   *     took before
   */
  public SearchQueue(int threads, int maxQueries, Duration mergeTime) {
    this.maxQueries = maxQueries;
    this.room = new Semaphore(maxQueries);
    this.mergeNanos = mergeTime.toNanos();
    this.pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("shard-", 0).daemon().factory());
    this.thread = Thread.ofPlatform().name("search").daemon().start(this::serve);
  }

  /**
   * Searches, in turn.
   *
   * @param queries {@code [n, d]}
   * @throws TooManyQueriesException when too many wait
   */
  Found search(Shards shards, Search search, float[] queries) {
    var request = new Waiting(shards, search, queries, new CompletableFuture<>());
    int count = request.count();
    if (!room.tryAcquire(count)) {
      refused.increment();
      throw new TooManyQueriesException(count, room.availablePermits(), maxQueries);
    }
    try {
      queue.add(request);
      return request.result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } finally {
      room.release(count);
    }
  }

  /** Queries that wait or are searched for. */
  public int queries() {
    return maxQueries - room.availablePermits();
  }

  /** Queries that may wait or be searched for. */
  public int maxQueries() {
    return maxQueries;
  }

  /** What has been done since the start. */
  public Work work() {
    return work;
  }

  /** Requests that were refused since the start. */
  public long refused() {
    return refused.sum();
  }

  private void serve() {
    try {
      while (true) {
        Waiting first = queue.take();
        answer(withThoseAlike(first));
      }
    } catch (InterruptedException closed) {
      pool.shutdown();
    }
  }

  private List<Waiting> withThoseAlike(Waiting first) {
    List<Waiting> together = new ArrayList<>(List.of(first));
    double nanos = first.count() * nanosPerQuery;
    for (Iterator<Waiting> others = queue.iterator(); others.hasNext(); ) {
      Waiting next = others.next();
      if (next.isLike(first)) {
        nanos += next.count() * nanosPerQuery;
        if (nanos > mergeNanos) {
          break;
        }
        others.remove();
        together.add(next);
      }
    }
    return together;
  }

  private void answer(List<Waiting> together) {
    Waiting first = together.getFirst();
    try {
      float[] queries = together.size() == 1 ? first.queries : joined(together);
      long started = System.nanoTime();
      Found found = first.shards.search(queries, first.search, pool);
      int count = queries.length / first.shards.dimension();
      long nanos = System.nanoTime() - started;
      double took = (double) nanos / count;
      nanosPerQuery += (nanosPerQuery == 0 ? 1 : SMOOTHING) * (took - nanosPerQuery);
      work = work.plus(together.size(), count, nanos);
      int begin = 0;
      for (Waiting request : together) {
        int end = begin + request.count() * first.search.k();
        request.result.complete(found.part(begin, end));
        begin = end;
      }
    } catch (RuntimeException | Error e) {
      together.forEach(request -> request.result.completeExceptionally(e));
    }
  }

  private static float[] joined(List<Waiting> requests) {
    float[] all = new float[requests.stream().mapToInt(request -> request.queries.length).sum()];
    int at = 0;
    for (Waiting request : requests) {
      System.arraycopy(request.queries, 0, all, at, request.queries.length);
      at += request.queries.length;
    }
    return all;
  }

  /** Stops when no search is under way; nobody may search any more. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
