package org.knnlm.index.catalog;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.search.SearchableDatastore;

/** An open datastore and its index, which a build may replace while others search. */
final class ServedDatastore implements AutoCloseable {
  private final Datastore datastore;
  private final Identity identity;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private SearchableDatastore index;

  ServedDatastore(Datastore datastore, Identity identity, SearchableDatastore index) {
    this.datastore = datastore;
    this.identity = identity;
    this.index = index;
  }

  Datastore datastore() {
    return datastore;
  }

  Identity identity() {
    return identity;
  }

  /** Calls with the index, which is null when there is none and stays open during the call. */
  <T> T withIndex(Function<SearchableDatastore, T> call) {
    lock.readLock().lock();
    try {
      return call.apply(index);
    } finally {
      lock.readLock().unlock();
    }
  }

  void replace(SearchableDatastore next) {
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
