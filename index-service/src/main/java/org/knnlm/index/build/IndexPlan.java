package org.knnlm.index.build;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.index.shard.IndexManifest;

/**
 * The index that will be built: the settings asked for, lowered where there are too few keys to
 * train on.
 *
 * @param factory description for faiss's index factory
 * @param nlist inverted lists, 0 for a flat index
 * @param nprobe lists that a search visits by default, 0 for a flat index
 * @param subQuantizers bytes per key, 0 for a flat index
 * @param trainingKeys keys to train on, 0 for a flat index
 * @param seed of the draw of training keys
 * @param warnings what differs from the settings, and why
 */
public record IndexPlan(
    String factory,
    int nlist,
    int nprobe,
    int subQuantizers,
    long trainingKeys,
    long seed,
    List<String> warnings) {
  /** faiss warns below 39 training points per centroid: clusters are noise then. */
  private static final int KEYS_PER_LIST = 39;

  /** A sub-quantizer of 8 bits has 256 centroids, and k-means needs a point for each. */
  private static final int KEYS_PER_SUB_QUANTIZER = 256;

  public IndexPlan {
    warnings = List.copyOf(warnings);
  }

  /**
   * Fits settings to a datastore.
   *
   * @param keys number of keys
   * @param dimension of a key
   * @throws IndexSettingsException when sub-quantizers were asked for that do not divide the
   *     dimension
   */
  public static IndexPlan of(IndexSettings asked, long keys, int dimension) {
    var warnings = new ArrayList<String>();
    int subQuantizers = subQuantizers(asked, dimension, warnings);
    long training = Math.min(asked.maxTrainingKeys(), keys);
    if (training < KEYS_PER_SUB_QUANTIZER) {
      warnings.add(
          "exact Flat index: %d training keys, a product quantizer needs at least %d"
              .formatted(training, KEYS_PER_SUB_QUANTIZER));
      return new IndexPlan("Flat", 0, 0, 0, 0, asked.seed(), warnings);
    }
    int nlist = asked.nlist();
    if (training < (long) KEYS_PER_LIST * nlist) {
      nlist = (int) Math.max(1, Long.highestOneBit(training / KEYS_PER_LIST));
      warnings.add(
          "nlist %d lowered to %d: %d training keys, %d are needed for each list"
              .formatted(asked.nlist(), nlist, training, KEYS_PER_LIST));
    }
    int nprobe = Math.min(asked.nprobe(), nlist);
    if (nprobe < asked.nprobe()) {
      warnings.add(
          "nprobe %d lowered to %d, the number of lists".formatted(asked.nprobe(), nprobe));
    }
    String factory = "IVF%d,PQ%dx8".formatted(nlist, subQuantizers);
    return new IndexPlan(factory, nlist, nprobe, subQuantizers, training, asked.seed(), warnings);
  }

  /** Whether a published index is the one that this plan would build. */
  public boolean isOf(IndexManifest index) {
    return factory.equals(index.factory())
        && nprobe == index.nprobe()
        && trainingKeys == index.trainingKeys()
        && seed == index.seed();
  }

  private static int subQuantizers(IndexSettings asked, int dimension, List<String> warnings) {
    int wanted = asked.subQuantizers();
    if (dimension % wanted == 0) {
      return wanted;
    }
    if (asked.subQuantizersGiven()) {
      throw new IndexSettingsException(
          "pq_m", "found %d, a divisor of the dimension %d is needed".formatted(wanted, dimension));
    }
    int lowered = Math.min(wanted, dimension);
    while (dimension % lowered != 0) {
      lowered--;
    }
    warnings.add(
        "pq_m %d lowered to %d, a divisor of the dimension %d"
            .formatted(wanted, lowered, dimension));
    return lowered;
  }
}
