package org.knnlm.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.DocumentsWriter;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.PartWriter;
import org.knnlm.datastore.Predecessor;
import org.knnlm.datastore.StagingFolder;

/**
 * Datastores with manifests, of random keys around 50 centres. The value of key i of all is
 * 1,000,000 + i, the first token of a part 7; a part is one document.
 */
public final class AppendedDatastore {
  public static final int FIRST_TOKEN = 7;
  public static final int VALUES = 1_000_000;

  private AppendedDatastore() {}

  /**
   * Writes a datastore.
   *
   * @param to name of the one that it is appended to; empty for none
   * @param first keys in that one
   * @param keys of its own
   */
  public static Path write(Path root, String name, String to, int first, int keys, int d)
      throws IOException {
    List<Base> bases =
        to.isEmpty() ? List.of() : Predecessor.open(root, new DatastoreName(to)).bases();
    var origin =
        new Origin(
            new Origin.Model("tiny", "llama", "a".repeat(64), "b".repeat(64)),
            KeyType.LAST_FFN_INPUT,
            new Origin.Corpus("corpus", "c".repeat(64), 1, keys + 1),
            4,
            2);
    try (var staging = StagingFolder.open(root, new DatastoreName(name));
        var documents = new DocumentsWriter(staging);
        var writer = new DatastoreWriter(staging, keys, d, origin)) {
      documents.document(1, 0);
      documents.endPart(keys, FIRST_TOKEN);
      PartWriter part = writer.part(0, keys);
      part.append(halves(first, keys, d), values(first, keys));
      part.finish();
      return writer.publish(documents.finish(), bases);
    }
  }

  private static ByteBuffer halves(int first, int keys, int d) {
    float[] rows = keys(first, keys, d);
    ByteBuffer halves = ByteBuffer.allocate(2 * rows.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float element : rows) {
      halves.putShort(Float.floatToFloat16(element));
    }
    return halves.flip();
  }

  private static ByteBuffer values(int first, int keys) {
    ByteBuffer values = ByteBuffer.allocate(4 * keys).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = first; i < first + keys; i++) {
      values.putInt(VALUES + i);
    }
    return values.flip();
  }

  /** The keys {@code [count, d]} from a position on, as they are stored. */
  public static float[] keys(int first, int count, int d) {
    float[] rows = new float[count * d];
    for (int i = 0; i < count; i++) {
      var centre = new Random((first + i) % 50);
      var random = new Random(1000 + first + i);
      for (int j = 0; j < d; j++) {
        double element = 2 * centre.nextGaussian() + random.nextGaussian();
        rows[i * d + j] = Float.float16ToFloat(Float.floatToFloat16((float) element));
      }
    }
    return rows;
  }

  /** Name, time and inode of every file in a folder. */
  public static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        found.put(
            file.getFileName().toString(),
            Files.getLastModifiedTime(file) + " " + Files.getAttribute(file, "unix:ino"));
      }
    }
    return found;
  }
}
