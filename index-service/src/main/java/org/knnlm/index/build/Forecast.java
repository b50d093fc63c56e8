package org.knnlm.index.build;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;

/**
 * How long the stages of a build will take: its multiplications, which are known beforehand, at the
 * rate of a small exact search on this machine, and its reading of keys at the rate of a small one.
 * Right to a factor of two or so; a stage that shows its own rate is judged by that.
 *
 * @param trainingSeconds 0 when there is nothing to train
 * @param addingSeconds writing included
 * @param measuringSeconds of the recall
 */
public record Forecast(double trainingSeconds, double addingSeconds, double measuringSeconds) {
  private static final int PROBE = 1024;
  private static final int READINGS = 10;

  /** Rounds of faiss's k-means: of the lists, and of each sub-quantizer. */
  private static final int LIST_ROUNDS = 10;

  private static final int QUANTIZER_ROUNDS = 25;

  /** faiss's k-means takes this many keys of a centroid at most. */
  private static final long KEYS_PER_CENTROID = 256;

  /** Products with the short vectors of a sub-quantizer run at a part of the full rate. */
  private static final double SHORT_VECTORS = 4;

  /**
   * What a machine does in a second.
   *
   * @param multiplications of float32, each with its addition
   * @param keys read from the datastore, one after the other
   */
  record Rates(double multiplications, double keys) {
    /** Measured on the first keys of a datastore, in some hundredths of a second. */
    static Rates measure(Datastore datastore, int threads) {
      int d = datastore.dimension();
      int probe = (int) Math.min(PROBE, datastore.size());
      try (Arena arena = Arena.ofConfined();
          FaissIndex index = FaissIndex.factory(d, "Flat")) {
        index.threads(threads);
        MemorySegment vectors = arena.allocate(ValueLayout.JAVA_FLOAT, (long) probe * d);
        double reading =
            Double.POSITIVE_INFINITY; // the best of some: the first wait for the compiler
        for (int i = 0; i < READINGS; i++) {
          long begun = System.nanoTime();
          datastore.keys(0, probe, vectors);
          reading = Math.min(reading, (System.nanoTime() - begun) / 1e9);
        }
        index.add(vectors);
        MemorySegment distances = arena.allocate(ValueLayout.JAVA_FLOAT, probe);
        MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, probe);
        double searching = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 3; i++) {
          long begun = System.nanoTime();
          index.search(vectors, 1, 1, distances, ids);
          searching = Math.min(searching, (System.nanoTime() - begun) / 1e9);
        }
        return new Rates((double) probe * probe * d / searching, probe / reading);
      }
    }
  }

  static Forecast of(IndexPlan plan, long keys, int dimension, Rates rates) {
    int centroids = Needs.centroids(plan);
    double forLists =
        (double) LIST_ROUNDS
            * Math.min(plan.trainingKeys(), KEYS_PER_CENTROID * plan.nlist())
            * plan.nlist();
    double quantizerKeys = Math.min(plan.trainingKeys(), KEYS_PER_CENTROID * centroids);
    double forQuantizer =
        quantizerKeys * (plan.nlist() + QUANTIZER_ROUNDS * SHORT_VECTORS * centroids);
    double training =
        plan.trainingKeys() == 0 || plan.sharedKeys() > 0
            ? 0
            : (forLists + forQuantizer) * dimension / rates.multiplications()
                + plan.trainingKeys() / rates.keys();

    double perKey = plan.nlist() == 0 ? 0 : plan.nlist() + SHORT_VECTORS * centroids + dimension;
    double adding =
        (keys - plan.sharedKeys())
            * (perKey * dimension / rates.multiplications() + 1 / rates.keys());
    double measuring =
        keys
            * ((double) RecallMeasurement.QUERIES * dimension / rates.multiplications()
                + 2 / rates.keys());
    return new Forecast(training, adding, measuring);
  }
}
