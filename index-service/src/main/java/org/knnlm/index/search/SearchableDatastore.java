package org.knnlm.index.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;
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
  private record OpenShard(FaissIndex index, long start) {}

  private final Datastore datastore;
  private final IndexManifest manifest;
  private final List<OpenShard> shards;

  /** A search uses every thread: two at a time would only take them from each other. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private SearchableDatastore(Datastore datastore, IndexManifest manifest, List<OpenShard> shards) {
    this.datastore = datastore;
    this.manifest = manifest;
    this.shards = shards;
  }

  /**
   * Loads the index files of a datastore.
   *
   * @param folder of the datastore
   * @param threads of a search
   * @return null when there is no index
   * @throws IndexFileException when a file is torn, or of another datastore
   */
  public static SearchableDatastore open(Datastore datastore, Path folder, int threads) {
    var files = new IndexFolder(folder);
    IndexManifest published = files.manifest().orElse(null);
    List<IndexManifest.Shard> listed =
        published == null
            ? files.unlistedShards(datastore.size(), datastore.dimension())
            : published.shards();
    if (listed.isEmpty()) {
      return null;
    }
    var open = new ArrayList<OpenShard>();
    try {
      for (IndexManifest.Shard shard : listed) {
        open.add(
            new OpenShard(
                read(files.file(shard.file()), shard, datastore, threads), shard.start()));
      }
    } catch (RuntimeException e) {
      open.forEach(shard -> shard.index().close());
      throw e;
    }
    IndexManifest manifest =
        published == null ? describe(datastore, open.getFirst().index(), listed) : published;
    return new SearchableDatastore(datastore, manifest, open);
  }

  private static FaissIndex read(
      Path file, IndexManifest.Shard shard, Datastore datastore, int threads) {
    FaissIndex index;
    try {
      index = FaissIndex.read(file, ReadMode.MEMORY);
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
    index.threads(threads);
    return index;
  }

  private static IndexManifest describe(
      Datastore datastore, FaissIndex index, List<IndexManifest.Shard> shards) {
    return new IndexManifest(
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
        shards);
  }

  /** What the index is. */
  public IndexManifest manifest() {
    return manifest;
  }

  /**
   * The nearest keys, nearest first by the index's distances.
   *
   * @param queries {@code [n, dimension]}, row-major, finite
   * @param k neighbours of each
   * @param nprobe lists to visit; empty for the index's own setting
   * @param exact replace distances by those from the stored keys, in the same order
   */
  public Neighbors search(float[] queries, int k, OptionalInt nprobe, boolean exact) {
    int visited =
        Math.max(1, Math.min(nprobe.orElse(manifest.nprobe()), Math.max(1, manifest.nlist())));
    int n = queries.length / datastore.dimension();
    float[] distances = new float[n * k];
    long[] ids = new long[n * k];
    turn.lock();
    try {
      shards.getFirst().index().search(queries, k, visited, distances, ids);
      for (OpenShard shard : shards.subList(1, shards.size())) {
        float[] shardDistances = new float[n * k];
        long[] shardIds = new long[n * k];
        shard.index().search(queries, k, visited, shardDistances, shardIds);
        globalIds(shardIds, shard.start());
        Merge.into(distances, ids, shardDistances, shardIds, k);
      }
    } finally {
      turn.unlock();
    }
    Neighbors found = new Neighbors(k, ids, distances, tokens(ids, distances));
    return exact ? new ExactDistances(datastore).of(queries, found) : found;
  }

  private static void globalIds(long[] ids, long start) {
    for (int i = 0; i < ids.length; i++) {
      ids[i] = ids[i] == Neighbors.NONE ? Neighbors.NONE : ids[i] + start;
    }
  }

  private int[] tokens(long[] ids, float[] distances) {
    int[] tokens = new int[ids.length];
    Arrays.parallelSetAll(
        tokens,
        i -> {
          if (ids[i] != Neighbors.NONE) {
            return datastore.value(ids[i]);
          }
          distances[i] = Float.POSITIVE_INFINITY;
          return Neighbors.NONE;
        });
    return tokens;
  }

  @Override
  public void close() {
    shards.forEach(shard -> shard.index().close());
  }
}
