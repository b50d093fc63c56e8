package org.knnlm.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.index.shard.IndexFolder;

/** A datastore as the reference lays it out: no manifest, ids from 0 in each index file. */
public final class PublishedDatastore {
  private PublishedDatastore() {}

  /**
   * Writes keys, values and index files.
   *
   * @param folder made when absent
   * @param dimension of a key
   * @param starts first key of each index file, and the number of keys at the end
   * @param factory description of the index for faiss's index factory
   * @param value of a key
   * @return the keys, {@code [n, dimension]}, as float16 has them
   */
  public static float[] write(
      Path folder, int dimension, List<Integer> starts, String factory, IntUnaryOperator value)
      throws IOException {
    Files.createDirectories(folder);
    int n = starts.getLast();
    float[] keys = writeKeys(folder, dimension, n, value);
    try (FaissIndex index = FaissIndex.factory(dimension, factory)) {
      index.train(keys);
      for (int i = 0; i + 1 < starts.size(); i++) {
        int begin = starts.get(i);
        int end = starts.get(i + 1);
        index.reset();
        index.add(Arrays.copyOfRange(keys, begin * dimension, end * dimension));
        index.write(folder.resolve(IndexFolder.fileName("llama", n, dimension, begin, end)));
      }
    }
    return keys;
  }

  private static float[] writeKeys(Path folder, int dimension, int n, IntUnaryOperator value)
      throws IOException {
    var random = new Random(3);
    ByteBuffer halves = ByteBuffer.allocate(2 * n * dimension).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer values = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
    float[] keys = new float[n * dimension];
    for (int i = 0; i < keys.length; i++) {
      short half = Float.floatToFloat16((float) random.nextGaussian());
      halves.putShort(half);
      keys[i] = Float.float16ToFloat(half);
    }
    for (int i = 0; i < n; i++) {
      values.putInt(value.applyAsInt(i));
    }
    String prefix = "dstore_llama_%d_%d_".formatted(n, dimension);
    Files.write(folder.resolve(prefix + "keys.npy"), halves.array());
    Files.write(folder.resolve(prefix + "vals.npy"), values.array());
    return keys;
  }
}
