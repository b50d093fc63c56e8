package org.knnlm.index.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.HalfVectors;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.shard.IndexFileException;

/** The loaded files of an index, searched as one. */
final class Shards implements AutoCloseable {
  private final NavigableMap<Integer, Shard> shards;
  private final StoredKeys keys;
  private final int rerankFactor;
  private final int threads;

  /**
   * One file.
   *
   * @param file it was read from
   * @param start the datastore's position of its first key
   */
  record Shard(FaissIndex index, Path file, long start, Place place) implements AutoCloseable {
    /** On the CPU, as where there are no GPUs. */
    Shard(FaissIndex index, Path file, long start) {
      this(index, file, start, new Place.OnCpu(""));
    }

    Shard at(Place other) {
      return new Shard(index, file, start, other);
    }

    /** What faiss does not do on GPUs is done on the CPU. */
    FaissIndex searched(boolean fitsGpus) {
      return place instanceof Place.OnGpu onGpu && fitsGpus ? onGpu.copy() : index;
    }

    @Override
    public void close() {
      place.close();
      index.close();
    }
  }

  /**
   * Takes over the files.
   *
   * @param shards by their number
   * @param keys of the datastore
   * @param rerankFactor candidates for each neighbour wanted, of which the nearest by exact
   *     distance are kept; 0 takes the index's word
   * @param threads of a search
   */
  Shards(NavigableMap<Integer, Shard> shards, StoredKeys keys, int rerankFactor, int threads) {
    this.shards = new TreeMap<>(shards);
    this.keys = keys;
    this.rerankFactor = rerankFactor;
    this.threads = threads;
    shards.values().forEach(shard -> shard.index().threads(threadsOfAShard()));
  }

  /** Numbers of the files. */
  List<Integer> numbers() {
    return List.copyOf(shards.keySet());
  }

  int dimension() {
    return keys.d();
  }

  /** Where each file is searched, by its number. */
  NavigableMap<Integer, Place> places() {
    var places = new TreeMap<Integer, Place>();
    shards.forEach((number, shard) -> places.put(number, shard.place()));
    return places;
  }

  /** What {@link #search} does otherwise than expected. */
  List<String> notes(Search search) {
    List<Integer> onCpu =
        search.shards().stream()
            .filter(number -> shards.get(number).place() instanceof Place.OnGpu)
            .toList();
    if (onCpu.isEmpty() || fitsGpus(search)) {
      return List.of();
    }
    return List.of(
        "index files %s were searched on the CPU for %d candidates in %d lists: on GPUs each may be %d at most"
            .formatted(onCpu, candidates(search), search.nprobe(), FaissIndex.GPU_LIMIT));
  }

  private int candidates(Search search) {
    return rerankFactor > 0 ? Math.multiplyExact(search.k(), rerankFactor) : search.k();
  }

  private boolean fitsGpus(Search search) {
    return candidates(search) <= FaissIndex.GPU_LIMIT && search.nprobe() <= FaissIndex.GPU_LIMIT;
  }

  private int threadsOfAShard() {
    return Math.max(1, threads / Math.clamp(shards.size(), 1, threads));
  }

  /**
   * The nearest keys of the files that are asked for.
   *
   * @param queries {@code [n, d]}
   * @param pool where the files are searched, at the same time
   */
  Found search(float[] queries, Search search, ExecutorService pool) {
    List<Shard> wanted = search.shards().stream().map(shards::get).toList();
    Found nearest =
        wanted.size() == 1
            ? in(wanted.getFirst(), queries, search)
            : merged(wanted, queries, search, pool);
    for (int i = 0; i < nearest.ids().length; i++) {
      if (nearest.ids()[i] == Neighbors.NONE) {
        nearest.order()[i] = Float.POSITIVE_INFINITY;
      }
    }
    if (!search.exact() || rerankFactor > 0) {
      return nearest;
    }
    return new Found(
        nearest.ids(), nearest.order(), keys.distances(queries, nearest.ids(), threads));
  }

  private Found merged(List<Shard> wanted, float[] queries, Search search, ExecutorService pool) {
    List<Future<Found>> searches = new ArrayList<>();
    for (Shard shard : wanted) {
      searches.add(pool.submit(() -> in(shard, queries, search)));
    }
    Found best = null;
    RuntimeException failure = null;
    for (Future<Found> future : searches) {
      try {
        Found next = await(future);
        best = best == null ? next : Merge.of(search.k(), best, next);
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return best;
  }

  private static Found await(Future<Found> search) {
    try {
      return search.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the thread of searches", e);
    }
  }

  private Found in(Shard shard, float[] queries, Search search) {
    int n = queries.length / dimension();
    int k = search.k();
    int candidates = candidates(search);
    float[] distances = new float[n * candidates];
    long[] ids = new long[n * candidates];
    shard.searched(fitsGpus(search)).search(queries, candidates, search.nprobe(), distances, ids);
    requireKeys(shard, ids);
    if (rerankFactor > 0) {
      float[] exact = new float[n * k];
      long[] nearest = new long[n * k];
      keysOf(shard).nearest(queries, ids, exact, nearest, threadsOfAShard());
      distances = exact;
      ids = nearest;
    }
    for (int i = 0; i < ids.length; i++) {
      ids[i] = ids[i] == Neighbors.NONE ? Neighbors.NONE : ids[i] + shard.start();
    }
    return new Found(ids, distances, distances);
  }

  private static void requireKeys(Shard shard, long[] ids) {
    long keys = shard.index().ntotal();
    for (long id : ids) {
      if (id < Neighbors.NONE || id >= keys) {
        throw new IndexFileException(
            shard.file(), "a search found key %d of %d".formatted(id, keys));
      }
    }
  }

  private HalfVectors keysOf(Shard shard) {
    return keys.range(shard.file(), shard.start(), shard.index().ntotal());
  }

  @Override
  public void close() {
    shards.values().forEach(Shard::close);
  }
}
