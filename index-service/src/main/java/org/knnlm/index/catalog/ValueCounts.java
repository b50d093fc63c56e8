package org.knnlm.index.catalog;

import org.knnlm.datastore.Datastore;

/** How often each token is the value of a key: all values are read once, when it is asked for. */
final class ValueCounts {
  private final Datastore datastore;
  private long[] counts;

  ValueCounts(Datastore datastore) {
    this.datastore = datastore;
  }

  /**
   * Counts by token id, up to the greatest among the values; not to be changed.
   *
   * @throws org.knnlm.datastore.DatastoreException at a value that is no token id
   */
  synchronized long[] get() {
    if (counts == null) {
      long[] all = new long[datastore.largestValue() + 1];
      for (long i = 0; i < datastore.size(); i++) {
        all[datastore.value(i)]++;
      }
      counts = all;
    }
    return counts;
  }
}
