package org.knnlm.index.build;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.Segment;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * The index of a datastore that another one was appended to. The other's index begins with the same
 * files and goes on from the same training, so that only further keys are added.
 *
 * <p>The files are shared as hard links: no byte is copied, and they stay when the index that they
 * come from is replaced by another.
 */
record BaseIndex(IndexFolder folder, IndexManifest manifest) {
  /**
   * Fits settings to a datastore: the plan of its own index if that is of these settings; or else
   * one that goes on from the index of the longest base that has one of these settings; or else the
   * plan of a build from nothing.
   *
   * <p>An index is of the settings when they, fitted to as many keys as it or a base of its
   * datastore has, would have trained it.
   *
   * @param own the index that the datastore has
   */
  static IndexPlan plan(IndexSettings asked, Datastore datastore, Optional<IndexManifest> own)
      throws IOException {
    List<Segment> segments = datastore.segments();
    Optional<IndexPlan> same = own.flatMap(index -> plan(asked, segments, index));
    if (same.isPresent()) {
      return same.get();
    }
    for (int bases = segments.size() - 1; bases > 0; bases--) {
      Optional<BaseIndex> index = of(segments.get(bases - 1));
      if (index.isPresent()) {
        Optional<IndexPlan> plan = plan(asked, segments.subList(0, bases), index.get().manifest);
        if (plan.isPresent()) {
          return plan.get().sharing(index.get().manifest.keys());
        }
      }
    }
    return IndexPlan.of(asked, datastore.size(), datastore.dimension());
  }

  /** The plan by which an index of some segments was trained, if it is of these settings. */
  private static Optional<IndexPlan> plan(
      IndexSettings asked, List<Segment> segments, IndexManifest index) {
    return segments.reversed().stream()
        .flatMap(segment -> fitted(asked, segment.end(), index.dimension()).stream())
        .filter(plan -> plan.isOf(index))
        .findFirst();
  }

  private static Optional<IndexPlan> fitted(IndexSettings asked, long keys, int dimension) {
    try {
      return Optional.of(IndexPlan.of(asked, keys, dimension));
    } catch (IndexSettingsException ofMoreKeys) {
      return Optional.empty();
    }
  }

  /** The published index of the keys up to a segment's end. */
  private static Optional<BaseIndex> of(Segment segment) throws IOException {
    var folder = new IndexFolder(segment.folder());
    folder.recover();
    return folder
        .manifest()
        .filter(index -> index.keys() == segment.end())
        .filter(index -> index.dimension() == segment.files().dimension())
        .map(index -> new BaseIndex(folder, index));
  }

  /**
   * The index that a plan goes on from.
   *
   * @throws IndexFileException when it has been replaced since the plan was made
   */
  static BaseIndex of(Datastore datastore, IndexPlan plan) throws IOException {
    for (Segment segment : datastore.segments()) {
      if (segment.end() == plan.sharedKeys()) {
        return of(segment)
            .filter(index -> plan.isOf(index.manifest))
            .orElseThrow(
                () ->
                    new IndexFileException(
                        segment.folder(),
                        "has no longer the index that was to be built on; build again"));
      }
    }
    throw new IllegalArgumentException("no segment ends at key " + plan.sharedKeys());
  }

  /** Size of its smallest file. */
  long smallestBytes() {
    return smallest(manifest.shards()).bytes();
  }

  private static IndexManifest.Shard smallest(List<IndexManifest.Shard> shards) {
    return shards.stream().min(Comparator.comparingLong(IndexManifest.Shard::bytes)).orElseThrow();
  }

  /**
   * Writes the trained index without keys: one of the files, emptied.
   *
   * @param shared what {@link #share} gave
   */
  static void writeTrained(List<IndexManifest.Shard> shared, BuildFolder folder, Path file)
      throws IOException {
    try (FaissIndex index =
        FaissIndex.read(folder.file(smallest(shared).file()), ReadMode.MEMORY)) {
      index.reset();
      index.write(file);
    }
  }

  /**
   * Shares the files with a build of another datastore, after reading them whole.
   *
   * @param modelType of that datastore
   * @param keys of that datastore
   * @return what that one's manifest is to say of them
   * @throws IndexFileException when one is damaged, or the file system does not share it
   */
  List<IndexManifest.Shard> share(BuildFolder with, String modelType, long keys)
      throws IOException {
    var shared = new ArrayList<IndexManifest.Shard>();
    for (IndexManifest.Shard shard : manifest.shards()) {
      String name =
          IndexFolder.fileName(modelType, keys, manifest.dimension(), shard.start(), shard.end());
      link(folder.file(shard.file()), with.file(name));
      Long crc32c = folder.summed(shard, with.file(name)).crc32c();
      shared.add(new IndexManifest.Shard(name, shard.start(), shard.end(), shard.bytes(), crc32c));
    }
    return shared;
  }

  private static void link(Path file, Path as) throws IOException {
    try {
      Files.createLink(as, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      throw new IndexFileException(
          file, "cannot be shared as %s (%s); a fresh build does not share".formatted(as, e), e);
    }
  }
}
