package org.knnlm.index.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.IndexProbe;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * An index loaded into memory, with the datastore that it is over. It closes the index, not the
 * datastore.
 */
public final class SearchableDatastore implements AutoCloseable {
  private final Datastore datastore;
  private final IndexManifest manifest;
  private final Shards shards;
  private final SearchQueue queue;

  private SearchableDatastore(
      Datastore datastore, IndexManifest manifest, Shards shards, SearchQueue queue) {
    this.datastore = datastore;
    this.manifest = manifest;
    this.shards = shards;
    this.queue = queue;
  }

  /**
   * Loads the index files of a datastore.
   *
   * @param files the datastore's folder
   * @param held which of the index files, by their number, are loaded
   * @param threads of a search
   * @param queue where searches wait for their turn
   * @param gpus that files are copied to
   * @return null when there is no index
   * @throws IndexFileException when a file is torn, or of another datastore
   */
  public static SearchableDatastore open(
      Datastore datastore,
      IndexFolder files,
      IntPredicate held,
      int threads,
      SearchQueue queue,
      Gpus gpus) {
    Optional<IndexManifest> found = files.manifest().or(() -> Adoption.of(datastore, files));
    if (found.isEmpty()) {
      return null;
    }
    IndexManifest manifest = found.get();
    List<IndexManifest.Shard> listed = manifest.shards();
    NavigableMap<Integer, Shards.Shard> open = new TreeMap<>();
    try {
      for (int number = 0; number < listed.size(); number++) {
        if (held.test(number)) {
          IndexManifest.Shard shard = listed.get(number);
          FaissIndex index = read(files, shard, datastore, ReadMode.MEMORY);
          open.put(number, new Shards.Shard(index, files.file(shard.file()), shard.start()));
        }
      }
      StoredKeys keys = StoredKeys.of(datastore);
      open.values().forEach(s -> keys.range(s.file(), s.start(), s.index().ntotal()));
      open = gpus.placed(open);
      var shards = new Shards(open, keys, manifest.rerankFactor(), threads);
      return new SearchableDatastore(datastore, manifest, shards, queue);
    } catch (RuntimeException e) {
      open.values().forEach(Shards.Shard::close);
      throw e;
    }
  }

  /**
   * Reads an index file.
   *
   * @throws IndexFileException when it is torn, or of another datastore
   */
  static FaissIndex read(
      IndexFolder files, IndexManifest.Shard shard, Datastore datastore, ReadMode mode) {
    Path file = files.file(shard.file());
    FaissIndex index;
    try {
      requireReadable(files, shard);
      index = FaissIndex.read(file, mode);
    } catch (FaissException e) {
      throw new IndexFileException(file, e.getMessage(), e);
    } catch (IOException e) {
      throw new IndexFileException(file, "cannot be read: " + e.getMessage(), e);
    }
    if (index.d() != datastore.dimension() || index.ntotal() != shard.end() - shard.start()) {
      String found = "%d keys of dimension %d".formatted(index.ntotal(), index.d());
      index.close();
      throw new IndexFileException(
          file,
          "holds %s, %d of dimension %d are expected"
              .formatted(found, shard.end() - shard.start(), datastore.dimension()));
    }
    return index;
  }

  /** faiss reads what we wrote, and of what others wrote only what another process survived. */
  private static void requireReadable(IndexFolder files, IndexManifest.Shard shard)
      throws IOException {
    if (shard.crc32c() != null) {
      files.verify(shard);
    } else {
      IndexProbe.check(files.file(shard.file()));
    }
  }

  /** What the index is. */
  public IndexManifest manifest() {
    return manifest;
  }

  /** Numbers of the index files that are loaded, by their place in the manifest. */
  public List<Integer> shards() {
    return shards.numbers();
  }

  /** Keys in those files. */
  public long loadedKeys() {
    return shards().stream()
        .map(manifest.shards()::get)
        .mapToLong(shard -> shard.end() - shard.start())
        .sum();
  }

  /** Where each of the index files that are loaded is searched, by their numbers. */
  public NavigableMap<Integer, Place> places() {
    return shards.places();
  }

  /**
   * The nearest keys, nearest first by the index's distances.
   *
   * @param wanted numbers of the loaded index files to look in
   * @param queries {@code [n, dimension]}, row-major, finite
   * @param k neighbours of each
   * @param nprobe lists to visit; empty for the index's own setting
   * @param exact replace distances by those from the stored keys, in the same order
   * @param ownCall whether the queries of others stay out of the call
   */
  public Searched search(
      List<Integer> wanted,
      float[] queries,
      int k,
      OptionalInt nprobe,
      boolean exact,
      boolean ownCall) {
    int visited = Math.clamp(nprobe.orElse(manifest.nprobe()), 1, Math.max(1, manifest.nlist()));
    var search = new Search(wanted, k, visited, exact, ownCall);
    Found found = queue.search(shards, search, queries);
    return new Searched(
        new Neighbors(k, found.ids(), found.order(), found.distances(), tokens(found.ids())),
        shards.notes(search));
  }

  private int[] tokens(long[] ids) {
    int[] tokens = new int[ids.length];
    Arrays.parallelSetAll(
        tokens, i -> ids[i] == Neighbors.NONE ? Neighbors.NONE : datastore.value(ids[i]));
    return tokens;
  }

  @Override
  public void close() {
    shards.close();
  }
}
