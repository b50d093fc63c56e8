package org.knnlm.index.build;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.Segment;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.ReadMode;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.DurableFiles;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * Trains an index on a sample of a datastore's keys, adds all of them shard by shard, measures its
 * recall, and publishes the files in the datastore's folder.
 *
 * <p>It works in a {@link BuildFolder}: the index that was published before stays whole until the
 * new one is. Every finished step is on disk and recorded, so that the next build with the same
 * plan goes on where this one was killed, with files equal to the byte to those of an unbroken
 * build. What another plan or another datastore left there is removed.
 *
 * <p>A plan that goes on from the index of a base takes its files over and adds only further keys:
 * the index is one whose first shards are the base's, trained on the base.
 */
public final class IndexBuilder {
  /** Keys that are widened to float32 at a time: 64 MiB at dimension 1,024. */
  static final int BATCH = 16_384;

  /** Keys in one index file (the reference's number). */
  private static final long SHARD_KEYS = 160_000_000;

  private final Datastore datastore;
  private final Path folder;
  private final IndexPlan plan;
  private final long shardKeys;
  private final int threads;
  private final BuildListener listener;

  /**
   * @param datastore whose keys are indexed
   * @param folder of the datastore
   */
  public IndexBuilder(Datastore datastore, Path folder, IndexPlan plan, BuildListener listener) {
    this(datastore, folder, plan, SHARD_KEYS, Runtime.getRuntime().availableProcessors(), listener);
  }

  IndexBuilder(
      Datastore datastore,
      Path folder,
      IndexPlan plan,
      long shardKeys,
      int threads,
      BuildListener listener) {
    this.datastore = datastore;
    this.folder = folder;
    this.plan = plan;
    this.shardKeys = shardKeys;
    this.threads = threads;
    this.listener = listener;
  }

  /** The plan of the build that was interrupted in a datastore's folder, if it is of its keys. */
  public static Optional<IndexPlan> interrupted(Datastore datastore, Path folder)
      throws IOException {
    long identity = Checkpoint.identity(datastore);
    return Checkpoint.read(folder)
        .filter(checkpoint -> checkpoint.datastore() == identity)
        .map(Checkpoint::plan);
  }

  /** Removes what a build left in a datastore's folder, unless one is under way there. */
  public static void discard(Path folder) throws IOException {
    try (BuildFolder work = BuildFolder.open(folder)) {
      work.delete();
    }
  }

  /** What a build takes; one that was interrupted after training does not train again. */
  public static Needs needs(IndexPlan plan, Datastore datastore) throws IOException {
    Needs whole = whole(plan, datastore);
    long identity = Checkpoint.identity(datastore);
    boolean isTrained =
        Checkpoint.read(datastore.folder())
            .filter(last -> last.isOf(plan, identity, SHARD_KEYS))
            .filter(last -> last.trained() != null)
            .isPresent();
    if (isTrained) {
      return new Needs(0, whole.addingMemory(), whole.disk());
    }
    return plan.sharedKeys() == 0
        ? whole
        : whole.goingOn(BaseIndex.of(datastore, plan).smallestBytes());
  }

  /** Of the keys that are added, segment by segment: no shard reaches from one into the next. */
  private static Needs whole(IndexPlan plan, Datastore datastore) throws IOException {
    List<Needs> needs =
        datastore.segments().stream()
            .filter(segment -> segment.firstKey() >= plan.sharedKeys())
            .map(
                segment ->
                    Needs.of(
                        plan,
                        segment.end() - segment.firstKey(),
                        datastore.dimension(),
                        SHARD_KEYS))
            .toList();
    return new Needs(
        needs.getFirst().trainingMemory(),
        needs.stream().mapToLong(Needs::addingMemory).max().orElseThrow(),
        needs.stream().mapToLong(Needs::disk).sum());
  }

  /**
   * Builds and publishes, from the last finished step on.
   *
   * @throws IOException when a file cannot be written; what was published before still is
   * @throws org.knnlm.index.shard.BuildFolderHeldException when the index is being built already
   */
  public IndexManifest build() throws IOException {
    try (BuildFolder work = BuildFolder.open(folder)) {
      Checkpoint at = lastStep(work);
      work.retain(at.files());
      at.write(work);
      listener.forecast(
          Forecast.of(
              plan,
              datastore.size(),
              datastore.dimension(),
              Forecast.Rates.measure(datastore, at.threads())));
      if (at.trained() == null) {
        at = plan.sharedKeys() == 0 ? trained(at, work) : shared(at, work);
      }
      while (at.keysDone() < datastore.size()) {
        at = shard(at, work);
      }
      IndexManifest manifest = measured(at, work);
      new IndexFolder(folder).publish(manifest, work);
      return manifest;
    }
  }

  private Checkpoint lastStep(BuildFolder work) throws IOException {
    long identity = Checkpoint.identity(datastore);
    Optional<Checkpoint> found =
        Checkpoint.read(folder).filter(last -> last.isOf(plan, identity, shardKeys));
    return found.isPresent()
        ? found.get().verified(work)
        : Checkpoint.fresh(plan, datastore, threads, shardKeys);
  }

  private Checkpoint trained(Checkpoint at, BuildFolder work) throws IOException {
    long start = System.nanoTime();
    listener.progress(new BuildProgress(BuildProgress.Stage.TRAINING, 0, datastore.size()));
    Path file = work.file(Checkpoint.TRAINED);
    try (FaissIndex index = empty()) {
      index.threads(at.threads());
      if (plan.nprobe() > 0) {
        index.storedNprobe(plan.nprobe());
      }
      if (plan.trainingKeys() > 0) {
        train(index);
      }
      index.write(file);
    } catch (IndexSettingsException e) {
      work.delete(); // it would fail again
      throw e;
    }
    Checkpoint next =
        at.trained(
            new Checkpoint.Trained(Files.size(file), DurableFiles.crc32c(file)), since(start));
    next.write(work);
    return next;
  }

  /** Takes over the training and the files of a base's index. */
  private Checkpoint shared(Checkpoint at, BuildFolder work) throws IOException {
    long start = System.nanoTime();
    listener.progress(new BuildProgress(BuildProgress.Stage.TRAINING, 0, keysToAdd()));
    List<IndexManifest.Shard> files =
        BaseIndex.of(datastore, plan).share(work, datastore.files().modelType(), datastore.size());
    Path file = work.file(Checkpoint.TRAINED);
    BaseIndex.writeTrained(files, work, file);
    Checkpoint next =
        at.trained(
            new Checkpoint.Trained(Files.size(file), DurableFiles.crc32c(file)), since(start));
    for (IndexManifest.Shard shard : files) {
      next = next.with(shard, 0);
    }
    next.write(work);
    return next;
  }

  private long keysToAdd() {
    return datastore.size() - plan.sharedKeys();
  }

  private FaissIndex empty() {
    int d = datastore.dimension();
    // faiss's factory would train the study's quantizer for polysemous codes, which no search uses
    return plan.type() == IndexType.STUDY && plan.nlist() > 0
        ? FaissIndex.ivfpq(d, plan.nlist(), plan.subQuantizers(), 8)
        : FaissIndex.factory(d, plan.factory());
  }

  private void train(FaissIndex index) {
    int d = datastore.dimension();
    long[] sample =
        TrainingSample.draw(datastore.size(), Math.toIntExact(plan.trainingKeys()), plan.seed());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = arena.allocate(ValueLayout.JAVA_FLOAT, (long) sample.length * d);
      long row = (long) d * Float.BYTES;
      for (int i = 0; i < sample.length; i++) {
        datastore.keys(sample[i], 1, vectors.asSlice(i * row, row));
      }
      index.train(vectors);
    } catch (FaissException e) {
      if (plan.type() == IndexType.CUSTOM) {
        throw new IndexSettingsException("factory", e.getMessage());
      }
      throw e;
    }
  }

  /** Every shard starts from the trained index's file, so that none depends on those before it. */
  private Checkpoint shard(Checkpoint at, BuildFolder work) throws IOException {
    long begun = System.nanoTime();
    long start = at.keysDone();
    long end = Math.min(start + shardKeys, segmentEnd(start));
    int d = datastore.dimension();
    String name =
        IndexFolder.fileName(datastore.files().modelType(), datastore.size(), d, start, end);
    try (FaissIndex index = FaissIndex.read(work.file(Checkpoint.TRAINED), ReadMode.MEMORY);
        Arena arena = Arena.ofConfined()) {
      index.threads(at.threads());
      MemorySegment batch =
          arena.allocate(ValueLayout.JAVA_FLOAT, Math.min(BATCH, end - start) * d);
      for (long from = start; from < end; from += BATCH) {
        long count = Math.min(BATCH, end - from);
        datastore.keys(from, count, batch);
        index.add(batch.asSlice(0, count * d * Float.BYTES));
        listener.progress(
            new BuildProgress(
                BuildProgress.Stage.ADDING, from + count - plan.sharedKeys(), keysToAdd()));
      }
      listener.progress(
          new BuildProgress(BuildProgress.Stage.WRITING, end - plan.sharedKeys(), keysToAdd()));
      index.write(work.file(name));
    }
    Path file = work.file(name);
    Checkpoint next =
        at.with(
            new IndexManifest.Shard(name, start, end, Files.size(file), DurableFiles.crc32c(file)),
            since(begun));
    next.write(work);
    return next;
  }

  /** Where the segment of a key ends. */
  private long segmentEnd(long key) {
    return datastore.segments().stream()
        .mapToLong(Segment::end)
        .filter(end -> key < end)
        .findFirst()
        .orElseThrow();
  }

  private IndexManifest measured(Checkpoint at, BuildFolder work) {
    long start = System.nanoTime();
    var measurement =
        new RecallMeasurement(
            datastore,
            plan,
            at.threads(),
            done ->
                listener.progress(
                    new BuildProgress(BuildProgress.Stage.MEASURING, done, datastore.size())));
    List<IndexManifest.Recall> recalls = measurement.of(at.shards(), work);
    return new IndexManifest(
        IndexManifest.VERSION,
        plan.type().label(),
        plan.factory(),
        plan.nlist(),
        plan.nprobe(),
        plan.rerankFactor(),
        plan.trainingKeys(),
        plan.seed(),
        plan.sampledKeys(),
        at.threads(),
        datastore.size(),
        datastore.dimension(),
        at.seconds() + since(start),
        recalls.isEmpty() ? 0 : measurement.queries(),
        recalls,
        plan.warnings(),
        at.shards());
  }

  private static double since(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }
}
