package org.knnlm.index.build;

/**
 * What a caller asks of an index; the defaults are those of the study (arXiv 2408.11815).
 *
 * @param nlist inverted lists
 * @param subQuantizers sub-quantizers of 8 bits: the bytes per key
 * @param subQuantizersGiven whether the caller chose {@code subQuantizers}, so that it must not be
 *     changed
 * @param nprobe lists that a search visits by default
 * @param maxTrainingKeys keys to train on at most
 * @param seed of the draw of training keys
 */
public record IndexSettings(
    int nlist,
    int subQuantizers,
    boolean subQuantizersGiven,
    int nprobe,
    long maxTrainingKeys,
    long seed) {
  private static final int NLIST = 4096;
  private static final int SUB_QUANTIZERS = 64;
  private static final int NPROBE = 32;
  private static final long MAX_TRAINING_KEYS = 1_000_000;

  /** Settings with the study's value wherever 0 is given. */
  public static IndexSettings orDefault(
      int nlist, int subQuantizers, int nprobe, long maxTrainingKeys, long seed) {
    return new IndexSettings(
        nlist == 0 ? NLIST : positive("nlist", nlist),
        subQuantizers == 0 ? SUB_QUANTIZERS : positive("pq_m", subQuantizers),
        subQuantizers != 0,
        nprobe == 0 ? NPROBE : positive("nprobe", nprobe),
        maxTrainingKeys == 0 ? MAX_TRAINING_KEYS : positive("max_training_keys", maxTrainingKeys),
        seed);
  }

  private static int positive(String field, int value) {
    return Math.toIntExact(positive(field, (long) value));
  }

  private static long positive(String field, long value) {
    if (value < 1) {
      throw new IndexSettingsException(
          field, "found %d, at least 1 is needed (0 for the default)".formatted(value));
    }
    return value;
  }
}
