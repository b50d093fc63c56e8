package org.knnlm.datastore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A published datastore that another one is to be appended to.
 *
 * @param manifest its manifest
 * @param bases references to the files of all its keys in their order: its bases, and itself
 */
public record Predecessor(DatastoreManifest manifest, List<Base> bases) {
  public Predecessor {
    bases = List.copyOf(bases);
  }

  /**
   * Looks at a datastore and all that it refers to.
   *
   * @throws DatastoreException when it cannot be used, or has no manifest to say what its keys are
   */
  public static Predecessor open(Path root, DatastoreName name) throws IOException {
    Path folder = name.in(root);
    Path file = folder.resolve(DatastoreManifest.FILE);
    try (Datastore datastore = Datastore.open(folder)) {
      DatastoreManifest manifest =
          datastore
              .manifest()
              .orElseThrow(
                  () ->
                      new DatastoreException.Missing(
                          file, "it: only a datastore that says what its keys are is appended to"));
      List<Base> bases = new ArrayList<>(manifest.bases());
      bases.add(
          new Base(
              name.value(), manifest.numKeys(), ManifestFile.sha256(Files.readAllBytes(file))));
      return new Predecessor(manifest, bases);
    }
  }
}
