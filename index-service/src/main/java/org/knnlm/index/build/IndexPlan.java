package org.knnlm.index.build;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.shard.IndexManifest;

/**
 * The index that will be built: the settings asked for, fitted to a datastore.
 *
 * @param type that was asked for
 * @param factory description for faiss's index factory
 * @param nlist inverted lists, 0 for an index without
 * @param nprobe lists that a search visits by default, 0 for an index without
 * @param subQuantizers of the product quantizer, 0 for a type without or a custom one
 * @param rerankFactor see {@link IndexManifest#rerankFactor}
 * @param codeBytes bytes of one key in the index, its id in an inverted list included
 * @param trainingKeys keys to train on, 0 for an index that needs no training
 * @param seed of the draw of training keys
 * @param sampledKeys the first keys of the datastore, of which those are drawn: all, or those of a
 *     base whose index is gone on from
 * @param sharedKeys the first keys of the datastore, whose files are taken over from the index of a
 *     base; 0 for a build from nothing
 * @param warnings what differs from the settings, and why
 */
public record IndexPlan(
    IndexType type,
    String factory,
    int nlist,
    int nprobe,
    int subQuantizers,
    int rerankFactor,
    long codeBytes,
    long trainingKeys,
    long seed,
    long sampledKeys,
    long sharedKeys,
    List<String> warnings) {
  public IndexPlan {
    warnings = List.copyOf(warnings);
  }

  /**
   * Fits settings to a datastore.
   *
   * @param keys number of keys
   * @param dimension of a key
   * @throws IndexSettingsException when they do not fit: sub-quantizers that do not divide the
   *     dimension, a factory string that faiss refuses, a setting that the type does not have
   */
  public static IndexPlan of(IndexSettings asked, long keys, int dimension) {
    return new Planner(asked, keys, dimension).plan();
  }

  /**
   * Fits settings to a datastore. One that was appended to another goes on from the index of that
   * one where it has one of these settings.
   *
   * @param own the index that the datastore has: when it is of these settings, the plan is its own
   * @throws IndexSettingsException as above
   * @throws org.knnlm.index.shard.IndexFileException when such an index is damaged
   */
  public static IndexPlan of(IndexSettings asked, Datastore datastore, Optional<IndexManifest> own)
      throws IOException {
    return BaseIndex.plan(asked, datastore, own);
  }

  /** The same training, going on from an index of the first keys. */
  IndexPlan sharing(long keys) {
    return new IndexPlan(
        type,
        factory,
        nlist,
        nprobe,
        subQuantizers,
        rerankFactor,
        codeBytes,
        trainingKeys,
        seed,
        sampledKeys,
        keys,
        warnings);
  }

  /** Whether a published index is the one that this plan would build. */
  public boolean isOf(IndexManifest index) {
    return factory.equals(index.factory())
        && nprobe == index.nprobe()
        && rerankFactor == index.rerankFactor()
        && trainingKeys == index.trainingKeys()
        && seed == index.seed()
        && sampledKeys == index.sampledKeys();
  }
}
