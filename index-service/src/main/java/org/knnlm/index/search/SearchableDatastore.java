package org.knnlm.index.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
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
   * @param threads of a search
   * @param queue where searches wait for their turn
   * @return null when there is no index
   * @throws IndexFileException when a file is torn, or of another datastore
   */
  public static SearchableDatastore open(
      Datastore datastore, Path folder, int threads, SearchQueue queue) {
    var files = new IndexFolder(folder);
    IndexManifest published = files.manifest().orElse(null);
    List<IndexManifest.Shard> listed =
        published == null
            ? files.unlistedShards(datastore.size(), datastore.dimension())
            : published.shards();
    if (listed.isEmpty()) {
      return null;
    }
    var open = new ArrayList<Shards.Shard>();
    try {
      for (IndexManifest.Shard shard : listed) {
        open.add(new Shards.Shard(read(files.file(shard.file()), shard, datastore), shard.start()));
      }
    } catch (RuntimeException e) {
      open.forEach(shard -> shard.index().close());
      throw e;
    }
    IndexManifest manifest =
        published == null ? describe(datastore, open.getFirst().index(), listed) : published;
    var keys = new HalfVectors(datastore.keys(), datastore.dimension());
    return new SearchableDatastore(datastore, manifest, new Shards(open, keys, 0, threads), queue);
  }

  private static FaissIndex read(Path file, IndexManifest.Shard shard, Datastore datastore) {
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
    Found found = queue.search(shards, new Search(k, visited, exact), queries);
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
