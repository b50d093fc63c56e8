package org.knnlm.index.shard;

import java.util.List;

/**
 * What {@code index.json} says of the index files beside it.
 *
 * @param version of this format
 * @param type {@code study}, {@code fast}, {@code flat} or {@code custom}; empty where it is not
 *     known, as in version 1
 * @param factory description of the index for faiss's index factory
 * @param nlist inverted lists, 0 for an index without
 * @param nprobe lists that a search visits by default, 0 for an index without
 * @param rerankFactor r: a search for k neighbours takes the first {@code r * k} of the index,
 *     computes their exact squared L2 distances from the stored float16 keys, and keeps the k
 *     nearest by these, which are the distances it reports; 0 when the index's own order and
 *     distances are the answer
 * @param trainingKeys keys that it was trained on
 * @param seed of the draw of those keys
 * @param sampledKeys the first keys, of which those were drawn: all, or those of a base whose index
 *     this one went on from
 * @param threads that trained and filled it, on which the last bits of the files may depend; 0
 *     where it is not known
 * @param keys number of keys in all shards
 * @param dimension of a key
 * @param buildSeconds time that training, adding and measuring took, over all runs of a build that
 *     was interrupted
 * @param recallQueries stored keys that were searched for to measure the recalls; 0 when they were
 *     not measured
 * @param recalls what was measured when the index was built, by ascending k
 * @param warnings what differs from the settings that were asked for, and why
 * @param shards in the order of their keys, without gaps
 */
public record IndexManifest(
    int version,
    String type,
    String factory,
    int nlist,
    int nprobe,
    int rerankFactor,
    long trainingKeys,
    long seed,
    long sampledKeys,
    int threads,
    long keys,
    int dimension,
    double buildSeconds,
    int recallQueries,
    List<Recall> recalls,
    List<String> warnings,
    List<Shard> shards) {
  /** The version that this code writes. */
  public static final int VERSION = 3;

  /**
   * The oldest version that it reads: without type, re-ranking, recall and checksums. Version 2 is
   * without sampledKeys, which are all.
   */
  public static final int OLDEST_VERSION = 1;

  public IndexManifest {
    type = type == null ? "" : type;
    sampledKeys = sampledKeys == 0 ? keys : sampledKeys;
    recalls = recalls == null ? List.of() : List.copyOf(recalls);
    warnings = List.copyOf(warnings);
    shards = List.copyOf(shards);
  }

  /** An index of which the files alone are known. */
  public IndexManifest(
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
    this(
        version,
        "",
        factory,
        nlist,
        nprobe,
        0,
        trainingKeys,
        seed,
        keys,
        0,
        keys,
        dimension,
        buildSeconds,
        0,
        List.of(),
        warnings,
        shards);
  }

  /**
   * Of the k nearest keys of a query by exact distance, the part that a search with the index's own
   * settings finds. The queries are stored keys, drawn with a seed of their own; each is left out
   * of its own neighbours, but the index holds it, and may have been trained on it. A neighbour
   * that is as near as the k-th exact one counts as found.
   *
   * @param k number of neighbours
   * @param recall mean over the queries, 0 to 1
   */
  public record Recall(int k, double recall) {}

  /**
   * One index file.
   *
   * @param file its name
   * @param start first key
   * @param end key after the last; the ids in the file count from {@code start}
   * @param bytes its size
   * @param crc32c CRC-32C (RFC 3720) of its bytes; null where nobody computed it
   */
  public record Shard(String file, long start, long end, long bytes, Long crc32c) {}

  /** Size of all index files. */
  public long bytes() {
    return shards.stream().mapToLong(Shard::bytes).sum();
  }
}
