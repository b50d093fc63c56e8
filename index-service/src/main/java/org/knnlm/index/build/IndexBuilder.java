package org.knnlm.index.build;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * Trains an index on a sample of a datastore's keys, adds all of them, and publishes the files in
 * its folder.
 */
public final class IndexBuilder {
  /** Keys in one index file (the reference's number). */
  private static final long SHARD_KEYS = 160_000_000;

  /** Keys that are widened to float32 at a time: 64 MiB at dimension 1,024. */
  private static final int BATCH = 16_384;

  private final Datastore datastore;
  private final IndexFolder folder;
  private final IndexPlan plan;
  private final long shardKeys;
  private final Consumer<BuildProgress> progress;

  /**
   * @param datastore whose keys are indexed
   * @param folder where the files go
   * @param progress told of each step, on the building thread
   */
  public IndexBuilder(
      Datastore datastore, Path folder, IndexPlan plan, Consumer<BuildProgress> progress) {
    this(datastore, folder, plan, SHARD_KEYS, progress);
  }

  IndexBuilder(
      Datastore datastore,
      Path folder,
      IndexPlan plan,
      long shardKeys,
      Consumer<BuildProgress> progress) {
    this.datastore = datastore;
    this.folder = new IndexFolder(folder);
    this.plan = plan;
    this.shardKeys = shardKeys;
    this.progress = progress;
  }

  /**
   * Builds and publishes.
   *
   * @throws IOException when a file cannot be written; then nothing is published under a final name
   *     by half
   */
  public IndexManifest build() throws IOException {
    long start = System.nanoTime();
    folder.unpublish();
    var shards = new ArrayList<IndexManifest.Shard>();
    try (FaissIndex index = trained()) {
      for (long from = 0; from < datastore.size(); from += shardKeys) {
        index.reset();
        shards.add(shard(index, from, Math.min(from + shardKeys, datastore.size())));
      }
    }
    var manifest = manifest(shards, (System.nanoTime() - start) / 1e9);
    folder.publish(manifest);
    return manifest;
  }

  private FaissIndex trained() {
    progress.accept(new BuildProgress(BuildProgress.Stage.TRAINING, 0, datastore.size()));
    int d = datastore.dimension();
    if (plan.nlist() == 0) {
      return FaissIndex.factory(d, plan.factory());
    }
    FaissIndex index = FaissIndex.ivfpq(d, plan.nlist(), plan.subQuantizers(), 8);
    try (Arena arena = Arena.ofConfined()) {
      index.storedNprobe(plan.nprobe());
      long[] sample =
          TrainingSample.draw(datastore.size(), Math.toIntExact(plan.trainingKeys()), plan.seed());
      MemorySegment vectors = arena.allocate(ValueLayout.JAVA_FLOAT, (long) sample.length * d);
      long row = (long) d * Float.BYTES;
      for (int i = 0; i < sample.length; i++) {
        datastore.keys(sample[i], 1, vectors.asSlice(i * row, row));
      }
      index.train(vectors);
      return index;
    } catch (RuntimeException e) {
      index.close();
      throw e;
    }
  }

  private IndexManifest.Shard shard(FaissIndex index, long start, long end) throws IOException {
    int d = datastore.dimension();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment batch =
          arena.allocate(ValueLayout.JAVA_FLOAT, Math.min(BATCH, end - start) * d);
      for (long from = start; from < end; from += BATCH) {
        long count = Math.min(BATCH, end - from);
        datastore.keys(from, count, batch);
        index.add(batch.asSlice(0, count * d * Float.BYTES));
        progress.accept(
            new BuildProgress(BuildProgress.Stage.ADDING, from + count, datastore.size()));
      }
    }
    progress.accept(new BuildProgress(BuildProgress.Stage.WRITING, end, datastore.size()));
    String name =
        IndexFolder.fileName(datastore.files().modelType(), datastore.size(), d, start, end);
    index.write(folder.file(name));
    return new IndexManifest.Shard(name, start, end, Files.size(folder.file(name)));
  }

  private IndexManifest manifest(List<IndexManifest.Shard> shards, double seconds) {
    return new IndexManifest(
        IndexManifest.VERSION,
        plan.factory(),
        plan.nlist(),
        plan.nprobe(),
        plan.trainingKeys(),
        plan.seed(),
        datastore.size(),
        datastore.dimension(),
        seconds,
        plan.warnings(),
        shards);
  }
}
