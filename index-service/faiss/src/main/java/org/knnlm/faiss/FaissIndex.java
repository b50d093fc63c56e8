package org.knnlm.faiss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.knnlm.faiss.jni.NativeIndex;
import org.knnlm.faiss.jni.global.faiss;

/**
 * A faiss index over squared L2 distance, in native memory until {@link #close}.
 *
 * <p>Vectors are float32, row-major, {@code d} values each. Searches run at the same time; a call
 * that changes the index waits for them and excludes them. Every call of a closed index throws
 * {@link IllegalStateException}; what faiss refuses is a {@link FaissException}.
 */
public final class FaissIndex implements AutoCloseable {
  /** Most neighbours that a search on a GPU finds, and most lists that it visits. */
  public static final int GPU_LIMIT = 2048;

  private final IndexHandle handle;
  private final String place;
  private final int d;
  private volatile int threads = Runtime.getRuntime().availableProcessors();

  private FaissIndex(NativeIndex index) {
    this(index, Arena.ofShared(), null);
  }

  /**
   * @param place where an index is that can only be searched; null for all others
   */
  private FaissIndex(NativeIndex index, Arena viewed, String place) {
    this.handle = new IndexHandle(index, viewed);
    this.place = place;
    this.d = index.d();
  }

  /**
   * An empty index by faiss's factory. {@code PQ} there trains for polysemous codes too, which
   * takes minutes and serves no search here: write {@code PQ64np}.
   *
   * @param description such as {@code "Flat"}, {@code "IVF4096,PQ96x4fs"} or {@code
   *     "IVF1024,PQ64np,Refine(SQfp16)"}
   */
  public static FaissIndex factory(int d, String description) {
    requirePositive("d", d);
    Objects.requireNonNull(description, "description");
    return new FaissIndex(
        IndexHandle.guarded(
            "cannot make index '" + description + "' of " + d + " dimensions",
            () -> faiss.index_factory(d, description)));
  }

  /**
   * An empty inverted file of product-quantised residuals over an exact coarse quantizer: the index
   * of Khandelwal et al. 2020.
   *
   * @param nlist number of inverted lists
   * @param m sub-quantizers; divides {@code d}
   * @param nbits bits per sub-quantizer
   */
  public static FaissIndex ivfpq(int d, int nlist, int m, int nbits) {
    requirePositive("d", d);
    requirePositive("nlist", nlist);
    requirePositive("m", m);
    requirePositive("nbits", nbits);
    if (d % m != 0) {
      throw new IllegalArgumentException("m is " + m + ", which does not divide d = " + d);
    }
    return new FaissIndex(
        IndexHandle.guarded(
            "cannot make IVF" + nlist + ",PQ" + m + "x" + nbits + " of " + d + " dimensions",
            () -> faiss.new_ivfpq(d, nlist, m, nbits)));
  }

  /** The index in a file that this class or any faiss of the same format wrote. */
  public static FaissIndex read(Path file, ReadMode mode) {
    if (!Files.isRegularFile(file)) {
      throw new FaissException("cannot read index " + file + ": no such file", null);
    }
    return switch (mode) {
      case MEMORY -> load(file);
      case MAPPED -> map(file);
    };
  }

  private static FaissIndex load(Path file) {
    return new FaissIndex(
        IndexHandle.guarded("cannot read index " + file, () -> faiss.read_index(file.toString())));
  }

  private static FaissIndex map(Path file) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      NativeIndex index =
          IndexHandle.guarded(
              "cannot map index " + file,
              () -> faiss.view_index(Segments.bytes("file", bytes), bytes.byteSize()));
      return new FaissIndex(index, arena, "mapped from " + file);
    } catch (IOException e) {
      arena.close();
      throw new FaissException("cannot map index " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * A deep copy, such as of a trained and still empty index that each shard starts from.
   *
   * @throws UnsupportedOperationException when the index is mapped or on a GPU
   */
  public FaissIndex copy() {
    requireOwned();
    return handle.read(
        index ->
            new FaissIndex(
                IndexHandle.guarded("cannot copy the index", () -> faiss.clone_index(index))));
  }

  /** Why faiss has nothing like this index on GPUs; empty when it may have. */
  public Optional<String> cpuOnly() {
    return handle.read(
        index -> {
          try (BytePointer reason = faiss.cpu_only(index)) {
            // JavaCPP's pointer to an empty string is null
            return Optional.ofNullable(reason).map(BytePointer::getString);
          }
        });
  }

  /** Bytes that a copy of this index takes on a GPU, estimated from above. */
  public long bytesOnGpu() {
    return handle.read(faiss::gpu_bytes);
  }

  /**
   * A copy in a GPU's memory, with tables in float16, that can only be searched: for at most {@link
   * #GPU_LIMIT} neighbours in as many lists, one search of a GPU at a time.
   *
   * @param gpu its number
   * @throws NoGpuException when there is no such GPU for faiss
   * @throws FaissException when faiss refuses: the index's type or sizes, or for want of memory
   */
  public FaissIndex onGpu(int gpu) {
    if (Gpu.all().stream().noneMatch(found -> found.number() == gpu)) {
      throw new NoGpuException("GPU %d cannot be used: %s".formatted(gpu, Gpu.found()));
    }
    cpuOnly()
        .ifPresent(
            reason -> {
              throw new FaissException(reason, null);
            });
    return handle.read(
        index ->
            new FaissIndex(
                IndexHandle.guarded(
                    "cannot copy the index to GPU " + gpu, () -> faiss.to_gpu(index, gpu)),
                Arena.ofShared(),
                "on GPU " + gpu));
  }

  /** OpenMP threads of each later call on this index; all processors at first. */
  public void threads(int count) {
    requirePositive("threads", count);
    threads = count;
  }

  /** Seed of the k-means that {@link #train} runs; 1234 at first. */
  public void clusteringSeed(int seed) {
    change(
        index -> {
          faiss.set_clustering_seed(index, seed);
          return null;
        });
  }

  /** Trains the quantizers. An index that needs no training ignores the vectors. */
  public void train(float[] vectors) {
    copied(vectors, this::train);
  }

  /** As {@link #train(float[])} on native memory, which must stay open until the call returns. */
  public void train(MemorySegment vectors) {
    long n = count("vectors", vectors.byteSize());
    FloatPointer x = Segments.floats("vectors", vectors);
    change(
        index -> {
          requireFinite(n, x);
          return IndexHandle.guarded(
              "cannot train on " + n + " vectors",
              () -> {
                index.train(n, x);
                return null;
              });
        });
  }

  /** Adds vectors; their ids go on from {@link #ntotal}. */
  public void add(float[] vectors) {
    copied(vectors, this::add);
  }

  /** As {@link #add(float[])} on native memory, which must stay open until the call returns. */
  public void add(MemorySegment vectors) {
    long n = count("vectors", vectors.byteSize());
    FloatPointer x = Segments.floats("vectors", vectors);
    change(
        index -> {
          requireTrained(index);
          requireFinite(n, x);
          return IndexHandle.guarded(
              "cannot add " + n + " vectors",
              () -> {
                index.add(n, x);
                return null;
              });
        });
  }

  /**
   * The nearest neighbours of each query, nearest first. Where fewer than {@code k} are found, the
   * rest of the row has id -1 and a distance without meaning.
   *
   * @param queries {@code [n, d]}
   * @param nprobe inverted lists to visit; an index without lists ignores it
   * @param distances out, {@code [n, k]}, squared L2
   * @param ids out, {@code [n, k]}
   */
  public void search(float[] queries, int k, int nprobe, float[] distances, long[] ids) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nativeDistances = arena.allocate(JAVA_FLOAT, distances.length);
      MemorySegment nativeIds = arena.allocate(JAVA_LONG, ids.length);
      search(arena.allocateFrom(JAVA_FLOAT, queries), k, nprobe, nativeDistances, nativeIds);
      MemorySegment.ofArray(distances).copyFrom(nativeDistances);
      MemorySegment.ofArray(ids).copyFrom(nativeIds);
    }
  }

  /** As the search over arrays, on native memory, which must stay open until the call returns. */
  public void search(
      MemorySegment queries, int k, int nprobe, MemorySegment distances, MemorySegment ids) {
    requirePositive("k", k);
    requirePositive("nprobe", nprobe);
    long n = count("queries", queries.byteSize());
    requireSize("distances", distances.byteSize() / Float.BYTES, n, k);
    requireSize("ids", ids.byteSize() / Long.BYTES, n, k);
    FloatPointer x = Segments.floats("queries", queries);
    FloatPointer outDistances = Segments.floats("distances", distances);
    LongPointer outIds = Segments.longs("ids", ids);
    handle.read(
        index -> {
          requireTrained(index);
          faiss.set_threads(threads);
          return IndexHandle.guarded(
              "cannot search " + n + " queries for " + k + " neighbours",
              () -> {
                faiss.search(index, n, x, k, nprobe, outDistances, outIds);
                return null;
              });
        });
  }

  /**
   * Writes the index to a file that appears under its name only when it is whole and on disk.
   *
   * @throws UnsupportedOperationException when the index is mapped or on a GPU
   */
  public void write(Path file) throws IOException {
    requireOwned();
    Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      handle.read(
          index ->
              IndexHandle.guarded(
                  "cannot write index " + file,
                  () -> {
                    faiss.write_index(index, part.toString());
                    return null;
                  }));
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Removes all vectors and keeps the training. */
  public void reset() {
    change(
        index ->
            IndexHandle.guarded(
                "cannot reset the index",
                () -> {
                  index.reset();
                  return null;
                }));
  }

  /** Dimensions of a vector. */
  public int d() {
    return d;
  }

  /** Number of vectors. */
  public long ntotal() {
    return handle.read(NativeIndex::ntotal);
  }

  public boolean isTrained() {
    return handle.read(NativeIndex::is_trained);
  }

  /** Number of inverted lists; 0 for an index without them. */
  public long nlist() {
    return handle.read(faiss::nlist);
  }

  /** The nprobe that a file of this index proposes to its readers; 0 without inverted lists. */
  public long storedNprobe() {
    return handle.read(faiss::stored_nprobe);
  }

  /**
   * Sets the nprobe that a file of this index proposes to its readers; searches here name theirs.
   */
  public void storedNprobe(int nprobe) {
    requirePositive("nprobe", nprobe);
    change(
        index -> {
          if (!faiss.set_stored_nprobe(index, nprobe)) {
            throw new UnsupportedOperationException("the index has no inverted lists to probe");
          }
          return null;
        });
  }

  /** The name of the faiss class, such as {@code IndexIVFPQ}. */
  public String type() {
    return handle.read(
        index -> {
          try (BytePointer name = faiss.type_of(index)) {
            return name.getString();
          }
        });
  }

  /** Bytes of the index's file plus those of the tables it computes on reading. */
  public long bytes() {
    return handle.read(index -> faiss.file_bytes(index) + faiss.table_bytes(index));
  }

  /**
   * Bytes that one vector takes in codes and refinement, its id in an inverted list not counted;
   * empty for an index that does not say, such as a graph.
   */
  public OptionalLong codeBytes() {
    return handle.read(
        index -> {
          try {
            return OptionalLong.of(index.sa_code_size());
          } catch (RuntimeException notKnown) {
            return OptionalLong.empty();
          }
        });
  }

  /** Frees the native memory once the calls that use it have returned. */
  @Override
  public void close() {
    handle.close();
  }

  private void change(Function<NativeIndex, Void> call) {
    requireOwned();
    handle.write(
        index -> {
          faiss.set_threads(threads);
          return call.apply(index);
        });
  }

  private static void copied(float[] vectors, java.util.function.Consumer<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      call.accept(arena.allocateFrom(JAVA_FLOAT, vectors));
    }
  }

  private void requireOwned() {
    if (place != null) {
      throw new UnsupportedOperationException(
          "the index is " + place + " and can only be searched");
    }
  }

  private static void requireTrained(NativeIndex index) {
    if (!index.is_trained()) {
      throw new IllegalStateException("the index is not trained");
    }
  }

  private void requireFinite(long n, FloatPointer vectors) {
    long bad = faiss.first_not_finite(n, d, vectors);
    if (bad >= 0) {
      throw new IllegalArgumentException(
          "vector " + bad + " of " + n + " has a component that is not finite");
    }
  }

  private long count(String name, long bytes) {
    long size = bytes / Float.BYTES;
    if (bytes % Float.BYTES != 0 || size % d != 0) {
      throw new IllegalArgumentException(
          name + ": " + bytes + " bytes are not whole float32 vectors of " + d + " dimensions");
    }
    return size / d;
  }

  private static void requireSize(String name, long size, long n, int k) {
    if (size != Math.multiplyExact(n, (long) k)) {
      throw new IllegalArgumentException(
          name
              + " has room for "
              + size
              + " values; "
              + n
              + " queries with k = "
              + k
              + " give "
              + n * k);
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }
}
