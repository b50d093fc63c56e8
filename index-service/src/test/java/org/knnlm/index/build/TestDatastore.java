package org.knnlm.index.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Datastores of random keys around random centres, as the reference writes them: no manifest. */
final class TestDatastore {
  private static final int CENTRES = 50;

  private TestDatastore() {}

  static Path write(Path folder, int keys, int dimension, long seed) throws IOException {
    var random = new Random(seed);
    double[][] centres = new double[CENTRES][dimension];
    for (double[] centre : centres) {
      for (int j = 0; j < dimension; j++) {
        centre[j] = 2 * random.nextGaussian();
      }
    }
    ByteBuffer halves = ByteBuffer.allocate(keys * dimension * 2).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer values = ByteBuffer.allocate(keys * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < keys; i++) {
      double[] centre = centres[random.nextInt(CENTRES)];
      for (int j = 0; j < dimension; j++) {
        halves.putShort(Float.floatToFloat16((float) (centre[j] + random.nextGaussian())));
      }
      values.putInt(i % 10);
    }
    Files.createDirectories(folder);
    String prefix = "dstore_llama_%d_%d_".formatted(keys, dimension);
    Files.write(folder.resolve(prefix + "keys.npy"), halves.array());
    Files.write(folder.resolve(prefix + "vals.npy"), values.array());
    return folder;
  }
}
