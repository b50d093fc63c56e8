package org.knnlm.index.catalog;

import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.shard.IndexFolder;

/**
 * An open datastore and its index, which a build may replace while others search: a build here, or
 * one of another instance that shares the folder.
 */
final class ServedDatastore implements AutoCloseable {
  /** How long an index that another instance built may go unnoticed. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Datastore datastore;
  private final Identity identity;
  private final ValueCounts counts;
  private final Supplier<SearchableDatastore> open;
  private final IndexFolder folder;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final AtomicLong looked = new AtomicLong(System.nanoTime());
  private SearchableDatastore index;
  private Optional<FileTime> published;

  /**
   * @param folder of the datastore
   * @param open opens what is published in the folder; null when nothing is
   */
  ServedDatastore(
      Datastore datastore,
      Identity identity,
      IndexFolder folder,
      Supplier<SearchableDatastore> open) {
    this.datastore = datastore;
    this.identity = identity;
    this.counts = new ValueCounts(datastore);
    this.open = open;
    this.folder = folder;
    this.published = folder.published();
    this.index = opened();
  }

  Datastore datastore() {
    return datastore;
  }

  IndexFolder folder() {
    return folder;
  }

  Identity identity() {
    return identity;
  }

  ValueCounts counts() {
    return counts;
  }

  /** Calls with the index, which is null when there is none and stays open during the call. */
  <T> T withIndex(Function<SearchableDatastore, T> call) {
    lookAgain();
    return withLoaded(call);
  }

  /** The same, with the index that was served last. */
  <T> T withLoaded(Function<SearchableDatastore, T> call) {
    lock.readLock().lock();
    try {
      return call.apply(index);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void lookAgain() {
    long last = looked.get();
    long now = System.nanoTime();
    if (now - last >= LOOK_AGAIN.toNanos() && looked.compareAndSet(last, now)) {
      refresh();
    }
  }

  /** Serves what is published now, if it is not what is served. */
  synchronized void refresh() {
    Optional<FileTime> now = folder.published();
    if (!now.equals(published)) {
      published = now;
      replace(opened());
    }
  }

  /** What is published; files without a manifest are published by opening them. */
  private SearchableDatastore opened() {
    SearchableDatastore next = open.get();
    if (published.isEmpty() && next != null) {
      published = folder.published();
    }
    return next;
  }

  private void replace(SearchableDatastore next) {
    SearchableDatastore old;
    lock.writeLock().lock();
    try {
      old = index;
      index = next;
    } finally {
      lock.writeLock().unlock();
    }
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void close() {
    replace(null);
    datastore.close();
  }
}
