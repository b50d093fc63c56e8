package org.knnlm.index.build;

import java.util.OptionalInt;

/**
 * What a caller asks of an index; 0 stands for the type's default.
 *
 * @param factory {@code study} (also when empty), {@code fast}, {@code flat}, or a string for
 *     faiss's index factory
 * @param nlist inverted lists
 * @param subQuantizers sub-quantizers of the product quantizer
 * @param nprobe lists that a search visits by default
 * @param rerankFactor see {@link org.knnlm.index.shard.IndexManifest#rerankFactor}; empty for the
 *     type's default
 * @param maxTrainingKeys keys to train on at most
 * @param seed of the draw of training keys
 */
public record IndexSettings(
    String factory,
    int nlist,
    int subQuantizers,
    int nprobe,
    OptionalInt rerankFactor,
    long maxTrainingKeys,
    long seed) {
  /** A search for k neighbours reads this many times k keys at most. */
  private static final int MAX_RERANK_FACTOR = 64;

  private static final int MAX_FACTORY = 200;

  /**
   * @throws IndexSettingsException when one is out of its range
   */
  public IndexSettings {
    if (factory.length() > MAX_FACTORY) {
      throw new IndexSettingsException(
          "factory",
          "found %d characters, allowed are %d".formatted(factory.length(), MAX_FACTORY));
    }
    requireDefaultOrPositive("nlist", nlist);
    requireDefaultOrPositive("pq_m", subQuantizers);
    requireDefaultOrPositive("nprobe", nprobe);
    requireDefaultOrPositive("max_training_keys", maxTrainingKeys);
    if (rerankFactor.isPresent()
        && (rerankFactor.getAsInt() < 0 || rerankFactor.getAsInt() > MAX_RERANK_FACTOR)) {
      throw new IndexSettingsException(
          "rerank_factor",
          "found %d, allowed are 0 (none) to %d"
              .formatted(rerankFactor.getAsInt(), MAX_RERANK_FACTOR));
    }
  }

  /** The study's index with the given changes. */
  static IndexSettings study(
      int nlist, int subQuantizers, int nprobe, long maxTrainingKeys, long seed) {
    return new IndexSettings(
        "", nlist, subQuantizers, nprobe, OptionalInt.empty(), maxTrainingKeys, seed);
  }

  private static void requireDefaultOrPositive(String field, long value) {
    if (value < 0) {
      throw new IndexSettingsException(
          field, "found %d, at least 1 is needed (0 for the default)".formatted(value));
    }
  }
}
