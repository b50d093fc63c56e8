package org.knnlm.index.build;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;

/**
 * Fits settings to a number of keys and their dimension.
 *
 * <p>{@code study}: nlist 4096, 64 sub-quantizers of 8 bits, nprobe 32, at most 1,000,000 training
 * keys.
 *
 * <p>{@code fast}: a random rotation, which leaves distances as they are but spreads the few large
 * components of hidden states over all sub-quantizers: their tables of 8 bits share one scale, and
 * without it recall@10 falls from 0.94 to 0.25 (SmolLM2-135M, 9,215 keys). Then nlist the power of
 * two at or below 4·√N, at most 16,384 (so that 1,000,000 training keys do); the most
 * sub-quantizers that divide the dimension D, at most D/2 and 320, of 4 bits each, not on residuals
 * (which would double the time of a search); nprobe 24·√(nlist / 2048), at least 24; 64 training
 * keys a list, at least 65,536 and at most 1,000,000; the k found are put in exact order.
 *
 * <p>{@code flat} has neither lists nor training. Of a factory string, the lists and the need of
 * training are asked from faiss.
 */
final class Planner {
  /** faiss warns below 39 training points per centroid: clusters are noise then. */
  private static final int KEYS_PER_LIST = 39;

  /** A sub-quantizer of 8 bits has 256 centroids, and k-means needs a point for each. */
  private static final int KEYS_PER_SUB_QUANTIZER = 256;

  private static final long MAX_TRAINING_KEYS = 1_000_000;
  private static final int STUDY_NLIST = 4096;
  private static final int STUDY_SUB_QUANTIZERS = 64;
  private static final int NPROBE = 32;
  private static final int FAST_MAX_NLIST = 16_384;
  private static final int FAST_NPROBE = 24;
  private static final int FAST_MAX_SUB_QUANTIZERS = 320;
  private static final int FAST_KEYS_PER_LIST = 64;
  private static final int FAST_RERANK_FACTOR = 1;
  private static final int ID_BYTES = Long.BYTES;

  /** What graphs keep for a key beside its vector, at most, at their usual settings. */
  private static final int LINK_BYTES = 1024;

  private static final Pattern LISTS = Pattern.compile("\\bIVF(\\d+)");

  private final IndexSettings asked;
  private final long keys;
  private final int dimension;
  private final List<String> warnings = new ArrayList<>();

  Planner(IndexSettings asked, long keys, int dimension) {
    this.asked = asked;
    this.keys = keys;
    this.dimension = dimension;
  }

  IndexPlan plan() {
    return switch (IndexType.of(asked.factory())) {
      case STUDY -> study();
      case FAST -> fast();
      case FLAT -> flat(IndexType.FLAT);
      case CUSTOM -> custom();
    };
  }

  private IndexPlan study() {
    int m = subQuantizers(STUDY_SUB_QUANTIZERS);
    long training = trainingKeys(MAX_TRAINING_KEYS);
    if (training < KEYS_PER_SUB_QUANTIZER) {
      return tooFew(IndexType.STUDY, training);
    }
    int nlist = nlist(asked.nlist() == 0 ? STUDY_NLIST : asked.nlist(), training);
    return new IndexPlan(
        IndexType.STUDY,
        "IVF%d,PQ%dx8".formatted(nlist, m),
        nlist,
        nprobe(NPROBE, nlist),
        m,
        asked.rerankFactor().orElse(0),
        m + ID_BYTES,
        training,
        asked.seed(),
        keys,
        0,
        warnings);
  }

  private IndexPlan fast() {
    int m = subQuantizers(largestDivisor(Math.clamp(dimension / 2, 1, FAST_MAX_SUB_QUANTIZERS)));
    int fitting =
        (int) Math.min(FAST_MAX_NLIST, Long.highestOneBit((long) (4 * Math.sqrt((double) keys))));
    int wanted = asked.nlist() == 0 ? fitting : asked.nlist();
    long training =
        trainingKeys(Math.clamp((long) FAST_KEYS_PER_LIST * wanted, 1 << 16, MAX_TRAINING_KEYS));
    if (training < KEYS_PER_SUB_QUANTIZER) {
      return tooFew(IndexType.FAST, training);
    }
    int affordable = (int) Math.max(1, Long.highestOneBit(training / KEYS_PER_LIST));
    int nlist = asked.nlist() == 0 ? Math.min(fitting, affordable) : nlist(wanted, training);
    int nprobe = (int) Math.max(FAST_NPROBE, Math.round(FAST_NPROBE * Math.sqrt(nlist / 2048.0)));
    return new IndexPlan(
        IndexType.FAST,
        "RR%d,IVF%d,PQ%dx4fs".formatted(dimension, nlist, m),
        nlist,
        asked.nprobe() == 0 ? Math.min(nprobe, nlist) : nprobe(nprobe, nlist),
        m,
        asked.rerankFactor().orElse(FAST_RERANK_FACTOR),
        (m + 1) / 2 + ID_BYTES,
        training,
        asked.seed(),
        keys,
        0,
        warnings);
  }

  private IndexPlan flat(IndexType type) {
    refuse("nlist", asked.nlist(), "an exact index has no lists");
    refuse("nprobe", asked.nprobe(), "an exact index has no lists");
    refuse("pq_m", asked.subQuantizers(), "an exact index has no quantizer");
    refuse("rerank_factor", asked.rerankFactor().orElse(0), "an exact index is in exact order");
    return exact(type);
  }

  private IndexPlan tooFew(IndexType type, long training) {
    warnings.add(
        "exact Flat index: %d training keys, a product quantizer needs at least %d"
            .formatted(training, KEYS_PER_SUB_QUANTIZER));
    return exact(type);
  }

  private IndexPlan exact(IndexType type) {
    return new IndexPlan(
        type, "Flat", 0, 0, 0, 0, 4L * dimension, 0, asked.seed(), keys, 0, warnings);
  }

  private IndexPlan custom() {
    String factory = asked.factory();
    refuse("nlist", asked.nlist(), "the factory string says it");
    refuse("pq_m", asked.subQuantizers(), "the factory string says it");
    long training = trainingKeys(MAX_TRAINING_KEYS);
    requireListsFit(factory, training);
    if (factory.contains("IDMap")) {
      throw new IndexSettingsException(
          "factory", "\"%s\": ids are the positions of keys, no map is needed".formatted(factory));
    }
    try (FaissIndex empty = FaissIndex.factory(dimension, factory)) {
      int nlist = Math.toIntExact(empty.nlist());
      if (nlist == 0) {
        refuse("nprobe", asked.nprobe(), "\"%s\" has no lists".formatted(factory));
      } else if (training < (long) KEYS_PER_LIST * nlist) {
        warnings.add(
            "%d training keys for %d lists, %d are needed for each"
                .formatted(training, nlist, KEYS_PER_LIST));
      }
      long codeBytes = empty.codeBytes().orElse(4L * dimension + LINK_BYTES);
      return new IndexPlan(
          IndexType.CUSTOM,
          factory,
          nlist,
          nlist == 0 ? 0 : nprobe(NPROBE, nlist),
          0,
          asked.rerankFactor().orElse(0),
          nlist == 0 ? codeBytes : codeBytes + ID_BYTES,
          empty.isTrained() ? 0 : training,
          asked.seed(),
          keys,
          0,
          warnings);
    } catch (FaissException e) {
      throw new IndexSettingsException("factory", e.getMessage());
    }
  }

  /** Before faiss is asked: it would make the lists, however many. */
  private static void requireListsFit(String factory, long training) {
    Matcher lists = LISTS.matcher(factory);
    while (lists.find()) {
      if (lists.group(1).length() > 10 || Long.parseLong(lists.group(1)) > training) {
        throw new IndexSettingsException(
            "factory",
            "found %s lists, there are %d keys to train them on"
                .formatted(lists.group(1), training));
      }
    }
  }

  private long trainingKeys(long byDefault) {
    return Math.min(asked.maxTrainingKeys() == 0 ? byDefault : asked.maxTrainingKeys(), keys);
  }

  private int nlist(int wanted, long training) {
    if (training >= (long) KEYS_PER_LIST * wanted) {
      return wanted;
    }
    int lowered = (int) Math.max(1, Long.highestOneBit(training / KEYS_PER_LIST));
    warnings.add(
        "nlist %d lowered to %d: %d training keys, %d are needed for each list"
            .formatted(wanted, lowered, training, KEYS_PER_LIST));
    return lowered;
  }

  private int nprobe(int byDefault, int nlist) {
    int wanted = asked.nprobe() == 0 ? byDefault : asked.nprobe();
    if (wanted <= nlist) {
      return wanted;
    }
    warnings.add("nprobe %d lowered to %d, the number of lists".formatted(wanted, nlist));
    return nlist;
  }

  private int subQuantizers(int byDefault) {
    int wanted = asked.subQuantizers();
    if (wanted != 0 && dimension % wanted != 0) {
      throw new IndexSettingsException(
          "pq_m", "found %d, a divisor of the dimension %d is needed".formatted(wanted, dimension));
    }
    if (wanted != 0) {
      return wanted;
    }
    int lowered = largestDivisor(byDefault);
    if (lowered != byDefault) {
      warnings.add(
          "pq_m %d lowered to %d, a divisor of the dimension %d"
              .formatted(byDefault, lowered, dimension));
    }
    return lowered;
  }

  /** The largest divisor of the dimension up to a bound. */
  private int largestDivisor(int bound) {
    int divisor = Math.min(bound, dimension);
    while (dimension % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  private static void refuse(String field, int value, String why) {
    if (value != 0) {
      throw new IndexSettingsException(
          field, "found %d, must be left out: %s".formatted(value, why));
    }
  }
}
