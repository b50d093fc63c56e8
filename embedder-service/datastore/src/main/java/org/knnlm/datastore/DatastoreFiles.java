package org.knnlm.datastore;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the names of a datastore's files say: {@code dstore_{type}_{N}_{D}_keys.npy} and {@code
 * …_vals.npy}, raw little-endian arrays without a header.
 *
 * @param modelType type of the model, {@code llama} for example
 * @param numKeys N, at least 1
 * @param dimension D, at least 1
 */
public record DatastoreFiles(String modelType, long numKeys, int dimension) {
  private static final Pattern KEYS =
      Pattern.compile("dstore_([A-Za-z0-9._-]+)_(\\d{1,18})_(\\d{1,9})_keys\\.npy");
  private static final Pattern MODEL_TYPE = Pattern.compile("[A-Za-z0-9._-]+");

  public DatastoreFiles {
    if (!MODEL_TYPE.matcher(modelType).matches()) {
      throw new IllegalArgumentException(
          "model type \"%s\" cannot be part of a file name".formatted(modelType));
    }
    if (numKeys < 1) {
      throw new IllegalArgumentException("%d keys, at least 1 is needed".formatted(numKeys));
    }
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension %d, at least 1 is needed".formatted(dimension));
    }
    Math.multiplyExact(numKeys, 2L * dimension);
  }

  /** Reads the name of a file of keys; empty when it is none. */
  public static Optional<DatastoreFiles> ofKeysName(String fileName) {
    Matcher name = KEYS.matcher(fileName);
    if (!name.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new DatastoreFiles(
              name.group(1), Long.parseLong(name.group(2)), Integer.parseInt(name.group(3))));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Name of the file of keys. */
  public String keysName() {
    return "dstore_%s_%d_%d_keys.npy".formatted(modelType, numKeys, dimension);
  }

  /** Name of the file of values. */
  public String valuesName() {
    return "dstore_%s_%d_%d_vals.npy".formatted(modelType, numKeys, dimension);
  }

  /** Bytes of one key: D float16. */
  public long keyBytes() {
    return 2L * dimension;
  }

  /** Size of the file of keys. */
  public long keysBytes() {
    return numKeys * keyBytes();
  }

  /** Size of the file of values: N int32. */
  public long valuesBytes() {
    return numKeys * Integer.BYTES;
  }
}
