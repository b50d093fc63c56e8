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

  /** What is served under a name, with its index; empty when nobody can say. */
  Optional<ListedDatastore> find(String name);
}
