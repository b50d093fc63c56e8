package org.knnlm.index.shard;

import java.util.List;

/**
 * What {@code index.json} says of the index files beside it.
 *
 * @param version of this format
 * @param factory description of the index for faiss's index factory
 * @param nlist inverted lists, 0 for an index without
 * @param nprobe lists that a search visits by default, 0 for an index without
 * @param trainingKeys keys that it was trained on
 * @param seed of the draw of those keys
 * @param keys number of keys in all shards
 * @param dimension of a key
 * @param buildSeconds time that training and adding took
 * @param warnings what differs from the settings that were asked for, and why
 * @param shards in the order of their keys, without gaps
 */
public record IndexManifest(
    int version,
    String factory,
    int nlist,
    int nprobe,
    long trainingKeys,
    long seed,
    long keys,
    int dimension,
    double buildSeconds,
    List<String> warnings,
    List<Shard> shards) {
  /** The version that this code writes and reads. */
  public static final int VERSION = 1;

  public IndexManifest {
    warnings = List.copyOf(warnings);
    shards = List.copyOf(shards);
  }

  /**
   * One index file.
   *
   * @param file its name
   * @param start first key
   * @param end key after the last; the ids in the file count from {@code start}
   * @param bytes its size
   */
  public record Shard(String file, long start, long end, long bytes) {}
}
