package org.knnlm.index.search;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * Index files that somebody else made get a manifest: each is checked and read once, and from then
 * on known by its size and checksum.
 */
final class Adoption {
  private static final System.Logger LOG = System.getLogger(Adoption.class.getName());

  private Adoption() {}

  /**
   * Writes the manifest of files that have none. Where it cannot be written the files are served
   * all the same, and read whole again at the next start.
   *
   * @return empty when there are no index files
   * @throws IndexFileException when files are torn, of another datastore, overlap or leave gaps
   */
  static Optional<IndexManifest> of(Datastore datastore, IndexFolder files) {
    List<IndexManifest.Shard> found = files.unlistedShards(datastore.size(), datastore.dimension());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    IndexManifest manifest = described(datastore, files, found);
    try {
      files.adopt(manifest);
      LOG.log(Level.INFO, "{0} is written: the index files had no manifest", files.manifestFile());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be written: {1}", files.manifestFile(), e);
    }
    return Optional.of(manifest);
  }

  private static IndexManifest described(
      Datastore datastore, IndexFolder files, List<IndexManifest.Shard> found) {
    Optional<String> factory = Optional.empty();
    int nlist = 0;
    int nprobe = 0;
    var shards = new ArrayList<IndexManifest.Shard>();
    for (IndexManifest.Shard shard : found) {
      try (FaissIndex index = SearchableDatastore.read(files, shard, datastore, ReadMode.MAPPED)) {
        if (index.storedNprobe() < 0 || index.storedNprobe() > index.nlist()) {
          throw new IndexFileException(
              files.file(shard.file()),
              "says nprobe %d of %d lists".formatted(index.storedNprobe(), index.nlist()));
        }
        if (!factory.orElse(index.type()).equals(index.type())) {
          throw new IndexFileException(
              files.file(shard.file()),
              "is %s, the files before it %s".formatted(index.type(), factory.get()));
        }
        factory = Optional.of(index.type());
        nlist = Math.toIntExact(index.nlist());
        nprobe = Math.toIntExact(index.storedNprobe());
        shards.add(files.summed(shard));
      } catch (IOException e) {
        throw new IndexFileException(
            files.file(shard.file()), "cannot be read: " + e.getMessage(), e);
      }
    }
    return new IndexManifest(
        IndexManifest.VERSION,
        factory.orElseThrow(),
        nlist,
        nprobe,
        0,
        0,
        datastore.size(),
        datastore.dimension(),
        0,
        List.of("made elsewhere: this manifest tells what the index files themselves say"),
        shards);
  }
}
