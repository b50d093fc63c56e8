package org.knnlm.index.search;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.HalfVectors;
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
   * @param folder of the datastore
   * @param held which of the index files, by their number, are loaded
   * @param threads of a search
   * @param queue where searches wait for their turn
   * @return null when there is no index
   * @throws IndexFileException when a file is torn, or of another datastore
   */
  public static SearchableDatastore open(
      Datastore datastore, Path folder, IntPredicate held, int threads, SearchQueue queue) {
    var files = new IndexFolder(folder);
    IndexManifest manifest = files.manifest().or(() -> unlisted(datastore, files)).orElse(null);
    if (manifest == null) {
      return null;
    }
    var open = new TreeMap<Integer, Shards.Shard>();
    try {
      for (int number = 0; number < manifest.shards().size(); number++) {
        if (held.test(number)) {
          IndexManifest.Shard shard = manifest.shards().get(number);
          FaissIndex index = read(files, shard, datastore, ReadMode.MEMORY);
          open.put(number, new Shards.Shard(index, shard.start()));
        }
      }
    } catch (RuntimeException e) {
      open.values().forEach(shard -> shard.index().close());
      throw e;
    }
    var keys = new HalfVectors(datastore.keys(), datastore.dimension());
    return new SearchableDatastore(
        datastore, manifest, new Shards(open, keys, manifest.rerankFactor(), threads), queue);
  }

  private static FaissIndex read(
      IndexFolder files, IndexManifest.Shard shard, Datastore datastore, ReadMode mode) {
    Path file = files.file(shard.file());
    FaissIndex index;
    try {
      index = FaissIndex.read(file, mode);
    } catch (FaissException e) {
      throw new IndexFileException(file, e.getMessage(), e);
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

  /** The reference's own index: files without a manifest. */
  private static Optional<IndexManifest> unlisted(Datastore datastore, IndexFolder files) {
    List<IndexManifest.Shard> shards =
        files.unlistedShards(datastore.size(), datastore.dimension());
    if (shards.isEmpty()) {
      return Optional.empty();
    }
    try (FaissIndex index = read(files, shards.getFirst(), datastore, ReadMode.MAPPED)) {
      return Optional.of(
          new IndexManifest(
              IndexManifest.VERSION,
              index.type(),
              Math.toIntExact(index.nlist()),
              Math.toIntExact(index.storedNprobe()),
              0,
              0,
              datastore.size(),
              datastore.dimension(),
              0,
              List.of("no index.json: read from the index files alone"),
              shards));
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

  /**
   * The nearest keys, nearest first by the index's distances.
   *
   * @param wanted numbers of the loaded index files to look in
   * @param queries {@code [n, dimension]}, row-major, finite
   * @param k neighbours of each
   * @param nprobe lists to visit; empty for the index's own setting
   * @param exact replace distances by those from the stored keys, in the same order
   */
  public Neighbors search(
      List<Integer> wanted, float[] queries, int k, OptionalInt nprobe, boolean exact) {
    int visited = Math.clamp(nprobe.orElse(manifest.nprobe()), 1, Math.max(1, manifest.nlist()));
    Found found = queue.search(shards, new Search(wanted, k, visited, exact), queries);
    return new Neighbors(k, found.ids(), found.order(), found.distances(), tokens(found.ids()));
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
