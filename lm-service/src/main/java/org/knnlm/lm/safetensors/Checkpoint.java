package org.knnlm.lm.safetensors;

import java.lang.foreign.Arena;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.knnlm.lm.model.JsonFile;

/**
 * The weights of a model directory, mapped into memory: {@code model.safetensors}, or the shards
 * that {@code model.safetensors.index.json} names. Open while the model loads, closed after.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path source;
  private final Arena arena;
  private final Map<String, StoredTensor> tensors;

  private Checkpoint(Path source, Arena arena, Map<String, StoredTensor> tensors) {
    this.source = source;
    this.arena = arena;
    this.tensors = tensors;
  }

  /**
   * The weight files of a directory, in the order of their names, the index included.
   *
   * @throws SafeTensorsException when there are none
   */
  public static List<Path> files(Path directory) {
    Path source = source(directory);
    if (!isIndex(source)) {
      return List.of(source);
    }
    var files = new TreeSet<Path>(shards(source).values());
    files.add(source);
    return List.copyOf(files);
  }

  /**
   * Maps the weight files of a directory.
   *
   * @throws SafeTensorsException when a file is missing or not sound
   */
  public static Checkpoint open(Path directory) {
    Path source = source(directory);
    Arena arena = Arena.ofShared();
    try {
      return new Checkpoint(
          source,
          arena,
          isIndex(source) ? openShards(source, arena) : WeightFile.open(source, arena));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Path source(Path directory) {
    for (String name : List.of(SINGLE, INDEX)) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new SafeTensorsException(
        directory, "there is neither %s nor %s".formatted(SINGLE, INDEX));
  }

  private static boolean isIndex(Path source) {
    return source.endsWith(INDEX);
  }

  private static Map<String, StoredTensor> openShards(Path index, Arena arena) {
    Map<String, Path> shards = shards(index);
    Map<Path, Map<String, StoredTensor>> opened = new LinkedHashMap<>();
    Map<String, StoredTensor> tensors = new TreeMap<>();
    shards.forEach(
        (name, shard) -> {
          StoredTensor tensor =
              opened.computeIfAbsent(shard, file -> WeightFile.open(file, arena)).get(name);
          if (tensor == null) {
            throw new SafeTensorsException(
                shard, "tensor %s is missing, which %s places here".formatted(name, index));
          }
          tensors.put(name, tensor);
        });
    return tensors;
  }

  /** Tensor names to shards; a shard must lie beside its index. */
  private static Map<String, Path> shards(Path index) {
    JsonFile weightMap =
        JsonFile.read(index)
            .object("weight_map")
            .orElseThrow(() -> new SafeTensorsException(index, "weight_map is missing"));
    Map<String, Path> shards = new TreeMap<>();
    for (String name : weightMap.fields().keySet()) {
      String shard = weightMap.string(name).orElseThrow(() -> weightMap.missing(name));
      if (shard.isEmpty() || shard.contains("/")) {
        throw new SafeTensorsException(
            index, "tensor %s lies in '%s', which is no plain file name".formatted(name, shard));
      }
      shards.put(name, index.resolveSibling(shard));
    }
    return shards;
  }

  /** Fills {@code target} with consecutive elements of the tensor, from {@code first} on. */
  @FunctionalInterface
  public interface Elements {
    void copyTo(long first, FloatBuffer target);
  }

  /**
   * A tensor's row-major elements, widened to float32.
   *
   * @param shape the shape that it must have
   * @throws SafeTensorsException when it is missing, not floating point, or of another shape
   */
  public Elements tensor(String name, long... shape) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new SafeTensorsException(source, "tensor %s is missing".formatted(name));
    }
    return tensor.checked(shape)::copyTo;
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    arena.close();
  }
}
