package org.knnlm.index.build;

/**
 * What a build takes at its peak, estimated before it begins.
 *
 * @param trainingMemory bytes, 0 for an index that needs no training
 * @param addingMemory bytes: one shard in memory, whatever the number of shards
 * @param disk bytes of the index files and of the trained index that the shards start from
 */
public record Needs(long trainingMemory, long addingMemory, long disk) {
  /** The Java heap's growth, and buffers of faiss, OpenMP and BLAS, beside what is counted. */
  private static final long SLACK = 192L << 20;

  /** faiss's k-means takes this many keys of a centroid at most, and copies them. */
  private static final long KEYS_PER_CENTROID = 256;

  /** Beyond this, faiss does without its table of inner products for the lists' centroids. */
  private static final long MAX_TABLE = 1L << 31;

  /**
   * Sums what is held at the same time. Training: the sample, the part of it that the k-means of
   * lists copies, its rotation, the vectors of the product quantizer's k-means, their residuals and
   * a copy. Adding: the trained index, the codes of a shard half as much again (lists grow by
   * reallocation; an exact index is one array, which is there twice while it grows), and a batch of
   * keys with residuals and copies.
   */
  static Needs of(IndexPlan plan, long keys, int dimension, long shardKeys) {
    int quantizerCentroids = centroids(plan);
    long row = (long) dimension * Float.BYTES;
    long centroids = plan.nlist() * row;
    long rotation = isTransformed(plan) ? dimension * row : 0;
    long copied =
        plan.trainingKeys() > KEYS_PER_CENTROID * plan.nlist()
            ? KEYS_PER_CENTROID * plan.nlist() * row
            : 0;
    long quantizer =
        2 * Math.min(plan.trainingKeys(), KEYS_PER_CENTROID * quantizerCentroids) * row;
    long training =
        plan.trainingKeys() == 0
            ? 0
            : (isTransformed(plan) ? 2 : 1) * plan.trainingKeys() * row
                + Math.max(copied, quantizer)
                + 3 * centroids
                + rotation
                + SLACK;

    long trained =
        centroids + quantizerCentroids * row + (long) plan.nlist() * Long.BYTES + (1 << 20);
    // fast-scan lists are padded to whole blocks of 32 codes
    long padding = plan.nlist() * 32L * plan.codeBytes();
    long table = (long) plan.nlist() * plan.subQuantizers() * quantizerCentroids * Float.BYTES;
    long inOneShard = Math.min(keys, shardKeys) * plan.codeBytes();
    long batch = 4 * Math.min(keys, IndexBuilder.BATCH) * row;
    long adding =
        trained
            + (plan.nlist() == 0 ? 2 * inOneShard : inOneShard + inOneShard / 2 + padding)
            + (table <= MAX_TABLE ? table : 0)
            + batch
            + SLACK;
    long shards = (keys + shardKeys - 1) / shardKeys;
    long disk = keys * plan.codeBytes() + (shards + 1) * trained + shards * padding / 2;
    return new Needs(training, adding, disk);
  }

  /**
   * The same for a build that goes on from another index: nothing is trained, but one of its files
   * is read into memory and emptied.
   *
   * @param emptiedBytes size of that file
   */
  Needs goingOn(long emptiedBytes) {
    return new Needs(0, Math.max(addingMemory, emptiedBytes + SLACK), disk);
  }

  /** Whether keys are rotated first, or may be. */
  private static boolean isTransformed(IndexPlan plan) {
    return plan.factory().contains(",IVF");
  }

  /** Of a sub-quantizer: of 4 bits or, as far as it is known, of 8. */
  static int centroids(IndexPlan plan) {
    return plan.type() == IndexType.FAST ? 16 : 256;
  }

  /** Memory at the peak. */
  public long memory() {
    return Math.max(trainingMemory, addingMemory);
  }

  /**
   * Refuses a build that does not fit.
   *
   * @param memoryFound bytes that there are
   * @param diskFound bytes that there are
   * @throws NotEnoughRoomException when one of them does not do
   */
  public void requireRoom(long memoryFound, long diskFound) {
    requireMemory("memory to train the index", memoryFound, trainingMemory);
    requireMemory("memory to fill a shard", memoryFound, addingMemory);
    if (diskFound < disk) {
      throw new NotEnoughRoomException("disk for the index files", diskFound, disk);
    }
  }

  private static void requireMemory(String what, long found, long needed) {
    if (found < needed) {
      throw new NotEnoughRoomException(what, found, needed);
    }
  }
}
