package org.knnlm.datastore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** A small datastore of two parts: key i is [i, i + 1/2, -i], value i is 100 + i. */
final class Sample {
  static final DatastoreName NAME = new DatastoreName("sample");
  static final int KEYS = 5;
  static final int DIMENSION = 3;
  static final Origin ORIGIN =
      new Origin(
          new Origin.Model("tiny", "gpt_neox", "a".repeat(64), "b".repeat(64)),
          KeyType.LAST_FFN_INPUT,
          new Origin.Corpus("corpus.jsonl", "c".repeat(64), 2, 8),
          4,
          2);

  private Sample() {}

  static Path write(Path root) throws IOException {
    try (var staging = StagingFolder.open(root, NAME);
        var writer = new DatastoreWriter(staging, KEYS, DIMENSION, ORIGIN)) {
      // the later part first
      write(writer, 3, 2);
      write(writer, 0, 3);
      return writer.publish();
    }
  }

  static Part write(DatastoreWriter writer, int first, int count) throws IOException {
    PartWriter part = writer.part(first, count);
    for (int i = first; i < first + count; i++) {
      part.append(keys(i), values(i));
    }
    return part.finish();
  }

  static ByteBuffer keys(int i) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * DIMENSION).order(ByteOrder.LITTLE_ENDIAN);
    for (float element : key(i)) {
      bytes.putShort(Float.floatToFloat16(element));
    }
    return bytes.flip();
  }

  static ByteBuffer values(int i) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(100 + i).flip();
  }

  static float[] key(int i) {
    return new float[] {i, i + 0.5f, -i};
  }
}
