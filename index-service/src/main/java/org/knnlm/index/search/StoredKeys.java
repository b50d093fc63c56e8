package org.knnlm.index.search;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.HalfVectors;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.shard.IndexFileException;

/**
 * The keys of a datastore for exact distances.
 *
 * @param runs that follow each other without gaps, one for each of its segments
 */
record StoredKeys(List<Run> runs) {
  /**
   * Keys in a row.
   *
   * @param start position of the first in the datastore
   */
  record Run(long start, HalfVectors keys) {
    long end() {
      return start + keys.count();
    }

    /** Positions as rows of the run; -1 for those of other runs. */
    long[] rows(long[] ids) {
      return Arrays.stream(ids)
          .map(id -> start <= id && id < end() ? id - start : Neighbors.NONE)
          .toArray();
    }
  }

  static StoredKeys of(Datastore datastore) {
    int d = datastore.dimension();
    return new StoredKeys(
        datastore.segments().stream()
            .map(segment -> new Run(segment.firstKey(), new HalfVectors(segment.keys(), d)))
            .toList());
  }

  /** Dimensions of a key. */
  int d() {
    return runs.getFirst().keys().d();
  }

  /**
   * The keys of an index file.
   *
   * @param file the file, for errors
   * @param start position of the first
   * @throws IndexFileException when they do not lie in one run
   */
  HalfVectors range(Path file, long start, long count) {
    long row = 2L * d();
    for (Run run : runs) {
      if (run.start <= start && start + count <= run.end()) {
        return new HalfVectors(
            run.keys.rows().asSlice((start - run.start) * row, count * row), d());
      }
    }
    throw new IndexFileException(
        file,
        "holds keys %d to %d, which no single file of keys has".formatted(start, start + count));
  }

  /** As {@link HalfVectors#distances}, ids being positions in the datastore. */
  float[] distances(float[] queries, long[] ids, int threads) {
    if (runs.size() == 1) {
      return runs.getFirst().keys.distances(queries, ids, threads);
    }
    float[] distances = new float[ids.length];
    Arrays.fill(distances, Float.POSITIVE_INFINITY);
    for (Run run : runs) {
      long[] rows = run.rows(ids);
      float[] some = run.keys.distances(queries, rows, threads);
      for (int i = 0; i < rows.length; i++) {
        distances[i] = rows[i] == Neighbors.NONE ? distances[i] : some[i];
      }
    }
    return distances;
  }
}
