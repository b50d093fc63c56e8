package org.knnlm.datastore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * Datastores of one part, each of one document, that are appended to each other: key i of all is
 * [i], its value 100 + i, and the first token of a part is 50.
 */
final class Appended {
  private Appended() {}

  static Origin origin(KeyType key, int keys) {
    return new Origin(
        Sample.ORIGIN.model(), key, new Origin.Corpus("c", "c".repeat(64), 1, keys + 1), 4, 2);
  }

  /** Appends a datastore to the one of the name before, unless that is empty. */
  static Path write(Path root, String name, String to, int firstKey, int keys) throws IOException {
    List<Base> bases =
        to.isEmpty() ? List.of() : Predecessor.open(root, new DatastoreName(to)).bases();
    return write(root, name, bases, origin(KeyType.LAST_FFN_INPUT, keys), firstKey, keys);
  }

  static Path write(Path root, String name, List<Base> bases, Origin origin, int firstKey, int keys)
      throws IOException {
    try (var staging = StagingFolder.open(root, new DatastoreName(name));
        var documents = new DocumentsWriter(staging);
        var writer = new DatastoreWriter(staging, keys, 1, origin)) {
      documents.document(1, 0);
      documents.endPart(keys, 50);
      PartWriter part = writer.part(0, keys);
      for (int i = firstKey; i < firstKey + keys; i++) {
        part.append(
            bytes(2).putShort(Float.floatToFloat16(i)).flip(), bytes(4).putInt(100 + i).flip());
      }
      part.finish();
      return writer.publish(documents.finish(), bases);
    }
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }
}
