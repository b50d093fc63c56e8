package org.knnlm.eval.lm;

import java.util.List;
import java.util.Optional;

/** What is known of the datastores that the model retrieves from. */
public interface Datastores {
  /** What is served under a name; empty when nobody can say. */
  Optional<DatastoreInfo> describe(String name);

  /** All that are served, by name; empty when nobody can say. */
  Optional<List<ListedDatastore>> list();

  /**
   * How often each token is the value of a key, by token id up to the greatest.
   *
   * @throws DatastoresException when nobody can say
   */
  long[] valueCounts(String name);

  /** The index that is served under a name; empty when there is none, or nobody can say. */
  Optional<IndexReport> index(String name);
}
