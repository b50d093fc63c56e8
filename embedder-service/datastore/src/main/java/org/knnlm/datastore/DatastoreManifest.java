package org.knnlm.datastore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The content of {@code datastore.json}.
 *
 * @param numKeys N
 * @param dimension D
 * @param origin where the keys come from
 * @param parts the parts in the order of their keys: together all N of them
 * @param documents the file that knows the documents; empty for a datastore that does not
 * @param created when the datastore was published
 */
public record DatastoreManifest(
    long numKeys,
    int dimension,
    Origin origin,
    List<Part> parts,
    Optional<DocumentsFile> documents,
    Instant created) {
  /** Name of its file. */
  public static final String FILE = "datastore.json";

  public DatastoreManifest {
    parts = List.copyOf(parts);
    long next = 0;
    for (Part part : parts) {
      if (part.firstKey() != next) {
        throw new IllegalArgumentException(
            "a part begins at key %d, expected %d".formatted(part.firstKey(), next));
      }
      next += part.numKeys();
    }
    if (next != numKeys) {
      throw new IllegalArgumentException("the parts hold %d keys of %d".formatted(next, numKeys));
    }
    new DatastoreFiles(origin.model().type(), numKeys, dimension);
  }

  /** The files that it describes. */
  public DatastoreFiles files() {
    return new DatastoreFiles(origin.model().type(), numKeys, dimension);
  }
}
