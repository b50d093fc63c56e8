package org.knnlm.datastore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The content of {@code datastore.json}. It describes the files in its own folder; what a datastore
 * has from those that it was appended to, their manifests describe.
 *
 * @param bases the datastores that it was appended to, in the order of their keys, which come
 *     before its own; empty for one that stands alone
 * @param numKeys N of its own files
 * @param dimension D
 * @param origin where the keys come from
 * @param parts the parts in the order of their keys, from 0: together all N of them
 * @param documents the file that knows the documents; empty for a datastore that does not
 * @param created when the datastore was published
 */
public record DatastoreManifest(
    List<Base> bases,
    long numKeys,
    int dimension,
    Origin origin,
    List<Part> parts,
    Optional<DocumentsFile> documents,
    Instant created) {
  /** Name of its file. */
  public static final String FILE = "datastore.json";

  public DatastoreManifest {
    bases = List.copyOf(bases);
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

  /**
   * In what a manifest's keys are not of the kind of these, so that the two make no datastore;
   * empty when they are.
   */
  Optional<String> difference(DatastoreManifest other) {
    return dimension == other.dimension
        ? origin.difference(other.origin)
        : Optional.of("dimension is %d, wanted is %d".formatted(other.dimension, dimension));
  }

  /** The files that it describes. */
  public DatastoreFiles files() {
    return new DatastoreFiles(origin.model().type(), numKeys, dimension);
  }
}
