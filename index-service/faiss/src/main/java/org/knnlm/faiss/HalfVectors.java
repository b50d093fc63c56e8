package org.knnlm.faiss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.BytePointer;
import org.knnlm.faiss.jni.global.faiss;

/**
 * Vectors in float16, for exact distances beside an index's approximate ones. A row is named by its
 * number; -1 stands for none.
 *
 * @param rows {@code [count, d]}, row-major, little-endian, in native memory that the caller keeps
 *     open
 * @param d dimensions of a vector
 */
public record HalfVectors(MemorySegment rows, int d) {
  /** Checks that there are whole vectors. */
  public HalfVectors {
    if (d < 1 || rows.byteSize() % (2L * d) != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole float16 vectors of %d dimensions".formatted(rows.byteSize(), d));
    }
  }

  /** Number of vectors. */
  public long count() {
    return rows.byteSize() / (2L * d);
  }

  /**
   * Squared L2 distances of each query to the vectors named for it.
   *
   * @param queries {@code [n, d]}
   * @param ids {@code [n, k]}
   * @param threads to use
   * @return {@code [n, k]}; infinite for -1
   * @throws FaissException when an id is no row
   */
  public float[] distances(float[] queries, long[] ids, int threads) {
    long n = queries.length / d;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_FLOAT, ids.length);
      BytePointer vectors = Segments.bytes("rows", rows);
      var x = Segments.floats("queries", arena.allocateFrom(JAVA_FLOAT, queries));
      var named = Segments.longs("ids", arena.allocateFrom(JAVA_LONG, ids));
      faiss.set_threads(threads);
      IndexHandle.guarded(
          "cannot compute distances",
          () -> {
            faiss.half_distances(
                vectors, count(), d, n, x, ids.length / n, named, Segments.floats("out", out));
            return null;
          });
      return out.toArray(JAVA_FLOAT);
    }
  }

  /**
   * The nearest of some candidates by exact distance, nearest first, equal distances by id.
   *
   * @param queries {@code [n, d]}
   * @param candidates {@code [n, m]}, m ≥ k
   * @param distances out, {@code [n, k]}
   * @param ids out, {@code [n, k]}; where there are fewer than k candidates the rest is -1
   * @param threads to use
   * @throws FaissException when a candidate is no row
   */
  public void nearest(
      float[] queries, long[] candidates, float[] distances, long[] ids, int threads) {
    long n = queries.length / d;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment outDistances = arena.allocate(JAVA_FLOAT, distances.length);
      MemorySegment outIds = arena.allocate(JAVA_LONG, ids.length);
      BytePointer vectors = Segments.bytes("rows", rows);
      var x = Segments.floats("queries", arena.allocateFrom(JAVA_FLOAT, queries));
      var named = Segments.longs("candidates", arena.allocateFrom(JAVA_LONG, candidates));
      faiss.set_threads(threads);
      IndexHandle.guarded(
          "cannot rank candidates",
          () -> {
            faiss.half_nearest(
                vectors,
                count(),
                d,
                n,
                x,
                candidates.length / n,
                named,
                ids.length / n,
                Segments.floats("distances", outDistances),
                Segments.longs("ids", outIds));
            return null;
          });
      MemorySegment.ofArray(distances).copyFrom(outDistances);
      MemorySegment.ofArray(ids).copyFrom(outIds);
    }
  }
}
