package org.knnlm.index.build;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * Recall@k of an index against the exact search over all keys, as {@link IndexManifest.Recall}
 * defines it. It reads every key once and multiplies it with every query: beside adding to an index
 * of thousands of lists, a few per cent.
 */
final class RecallMeasurement {
  /** Stored keys that are searched for, at most. */
  static final int QUERIES = 100;

  private static final int[] K = {10, 100, 1024};

  /** Room for rounding where an exact distance is compared with the k-th. */
  private static final double EQUAL = 1 + 1e-9;

  private final Datastore datastore;
  private final IndexPlan plan;
  private final int threads;
  private final LongConsumer keysDone;
  private final long[] positions;
  private final int[] ks;

  /**
   * @param keysDone told how many keys have been compared
   */
  RecallMeasurement(Datastore datastore, IndexPlan plan, int threads, LongConsumer keysDone) {
    this.datastore = datastore;
    this.plan = plan;
    this.threads = threads;
    this.keysDone = keysDone;
    this.positions =
        TrainingSample.draw(
            datastore.size(), (int) Math.min(QUERIES, datastore.size()), ~plan.seed());
    this.ks =
        Arrays.stream(K)
            .map(k -> (int) Math.min(k, datastore.size() - 1))
            .filter(k -> k > 0)
            .distinct()
            .toArray();
  }

  /** Number of queries. */
  int queries() {
    return positions.length;
  }

  /**
   * Measures.
   *
   * @param shards of the index, in a folder
   * @return by ascending k; empty for a datastore of a single key
   */
  List<IndexManifest.Recall> of(List<IndexManifest.Shard> shards, BuildFolder folder) {
    if (ks.length == 0) {
      return List.of();
    }
    int most = ks[ks.length - 1];
    try (Arena arena = Arena.ofConfined()) {
      int d = datastore.dimension();
      MemorySegment queries = arena.allocate(JAVA_FLOAT, (long) positions.length * d);
      for (int q = 0; q < positions.length; q++) {
        datastore.keys(positions[q], 1, queries.asSlice(4L * q * d, 4L * d));
      }
      long[][] exact = exact(queries, most + 1);
      long[][] found = found(queries, shards, folder, Math.max(1, plan.rerankFactor()) * most + 1);
      double[][] hits =
          IntStream.range(0, positions.length)
              .parallel()
              .mapToObj(q -> hits(q, exact[q], found[q]))
              .toArray(double[][]::new);
      var recalls = new ArrayList<IndexManifest.Recall>();
      for (int i = 0; i < ks.length; i++) {
        int column = i;
        double mean = Arrays.stream(hits).mapToDouble(row -> row[column]).average().orElseThrow();
        recalls.add(new IndexManifest.Recall(ks[i], mean));
      }
      return recalls;
    }
  }

  /** Ids of the nearest keys of each query, by an exact search over one batch after the other. */
  private long[][] exact(MemorySegment queries, int k) {
    int d = datastore.dimension();
    var nearest = new NearestSoFar(positions.length, k);
    try (Arena arena = Arena.ofConfined();
        FaissIndex batch = FaissIndex.factory(d, "Flat")) {
      batch.threads(threads);
      int rows = (int) Math.min(IndexBuilder.BATCH, datastore.size());
      MemorySegment keys = arena.allocate(JAVA_FLOAT, (long) rows * d);
      for (long from = 0; from < datastore.size(); from += rows) {
        long count = Math.min(rows, datastore.size() - from);
        datastore.keys(from, count, keys);
        batch.reset();
        batch.add(keys.asSlice(0, count * d * Float.BYTES));
        search(batch, queries, (int) Math.min(k, count), from, nearest);
        keysDone.accept(from + count);
      }
    }
    return nearest.ids();
  }

  private long[][] found(
      MemorySegment queries, List<IndexManifest.Shard> shards, BuildFolder folder, int k) {
    var nearest = new NearestSoFar(positions.length, k);
    for (IndexManifest.Shard shard : shards) {
      try (FaissIndex index = FaissIndex.read(folder.file(shard.file()), ReadMode.MAPPED)) {
        index.threads(threads);
        int inShard = (int) Math.min(k, shard.end() - shard.start());
        search(index, queries, inShard, shard.start(), nearest);
      }
    }
    return nearest.ids();
  }

  private void search(
      FaissIndex index, MemorySegment queries, int k, long firstId, NearestSoFar nearest) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment distances = arena.allocate(JAVA_FLOAT, (long) positions.length * k);
      MemorySegment ids = arena.allocate(JAVA_LONG, (long) positions.length * k);
      index.search(queries, k, Math.max(1, plan.nprobe()), distances, ids);
      nearest.merge(distances.toArray(JAVA_FLOAT), ids.toArray(JAVA_LONG), k, firstId);
    }
  }

  /** For each k, the part of a query's exact neighbours that were found. */
  private double[] hits(int q, long[] exact, long[] found) {
    float[] query = new float[datastore.dimension()];
    datastore.key(positions[q], query, 0);
    double[] nearest = distances(query, without(positions[q], exact));
    Arrays.sort(nearest);
    double[] candidates = distances(query, without(positions[q], found));
    double[] hits = new double[ks.length];
    for (int i = 0; i < ks.length; i++) {
      int k = ks[i];
      double[] answer =
          Arrays.copyOf(
              candidates, Math.min(candidates.length, Math.max(1, plan.rerankFactor()) * k));
      if (plan.rerankFactor() > 0) {
        Arrays.sort(answer);
      }
      double radius = nearest[k - 1] * EQUAL;
      hits[i] = Arrays.stream(answer).limit(k).filter(distance -> distance <= radius).count();
      hits[i] /= k;
    }
    return hits;
  }

  private static long[] without(long own, long[] ids) {
    return Arrays.stream(ids).filter(id -> id >= 0 && id != own).toArray();
  }

  private double[] distances(float[] query, long[] ids) {
    float[] key = new float[query.length];
    double[] distances = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      datastore.key(ids[i], key, 0);
      double sum = 0;
      for (int j = 0; j < key.length; j++) {
        double difference = query[j] - key[j];
        sum += difference * difference;
      }
      distances[i] = sum;
    }
    return distances;
  }
}
