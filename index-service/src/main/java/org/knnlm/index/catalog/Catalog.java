package org.knnlm.index.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.build.IndexBuilder;
import org.knnlm.index.build.IndexPlan;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.build.Needs;
import org.knnlm.index.build.Room;
import org.knnlm.index.search.Gpus;
import org.knnlm.index.search.Place;
import org.knnlm.index.search.SearchQueue;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/**
 * The datastores under a root folder and those imported, each opened when it is first asked for and
 * kept open.
 */
public final class Catalog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  private final Path root;
  private final IntPredicate held;
  private final Map<DatastoreName, Import> imports;
  private final int threads;
  private final SearchQueue queue;
  private final Gpus gpus;
  private final Room room;
  private final Map<DatastoreName, ServedDatastore> served = new ConcurrentHashMap<>();
  private final Set<DatastoreName> loading = ConcurrentHashMap.newKeySet();

  /** Why datastores could not be opened when they were asked for last. */
  private final Map<DatastoreName, String> failures = new ConcurrentHashMap<>();

  private final Map<DatastoreName, BuildJob> jobs = new ConcurrentHashMap<>();
  private final Map<DatastoreName, Needs> reserved = new ConcurrentHashMap<>();
  private final AtomicReference<EndedBuilds> endedBuilds =
      new AtomicReference<>(new EndedBuilds(0, 0, 0));

  /**
   * @param root folder whose sub-folders are datastores
   * @param imports what the settings say of datastores
   * @param held which files of an index, by their number, are searched here
   * @param threads of a search
   * @param room what the machine has for builds
   * @param queue of searches; closed with the catalog
   * @param gpus that index files are copied to
   */
  public Catalog(
      Path root,
      Map<DatastoreName, Import> imports,
      IntPredicate held,
      int threads,
      Room room,
      SearchQueue queue,
      Gpus gpus) {
    this.root = root;
    this.imports = Map.copyOf(imports);
    this.held = held;
    this.threads = threads;
    this.room = room;
    this.queue = queue;
    this.gpus = gpus;
  }

  /**
   * The datastore of a name, with or without an index.
   *
   * @throws NoSuchDatastoreException when there is none
   * @throws org.knnlm.datastore.DatastoreException when its files cannot be used
   */
  public Datastore datastore(DatastoreName name) {
    return served(name).datastore();
  }

  /** The datastores that can be seen, by name; none is opened for that. */
  public List<Listed> list() {
    var names = new TreeSet<>(Comparator.comparing(DatastoreName::value));
    names.addAll(imports.keySet());
    try (Stream<Path> folders = Files.list(root)) {
      folders
          .filter(Files::isDirectory)
          .flatMap(folder -> name(folder.getFileName().toString()).stream())
          .forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read: %s".formatted(root, e.getMessage()), e);
    }
    return names.stream().map(this::listed).toList();
  }

  private Listed listed(DatastoreName name) {
    try {
      ServedDatastore open = served.get(name);
      if (open != null) {
        var contents = Listed.Contents.of(open.datastore(), settings(name), index(name));
        return listed(name, Listed.State.LOADED, contents);
      }
      Path folder = folder(name);
      try (Datastore datastore = Datastore.open(folder)) {
        var contents =
            Listed.Contents.of(datastore, settings(name), indexFolder(name, folder).manifest());
        return listed(
            name, loading.contains(name) ? Listed.State.LOADING : Listed.State.UNLOADED, contents);
      }
    } catch (IOException | RuntimeException e) {
      return new Listed(name, Listed.State.FAILED, Optional.of(e.getMessage()), Optional.empty());
    }
  }

  /** FAILED when the last attempt to open it did. */
  private Listed listed(DatastoreName name, Listed.State state, Listed.Contents contents) {
    Optional<String> problem =
        Optional.ofNullable(failures.get(name)).filter(said -> state == Listed.State.UNLOADED);
    return new Listed(
        name, problem.isPresent() ? Listed.State.FAILED : state, problem, Optional.of(contents));
  }

  /** Which model a datastore belongs to. */
  public Identity identity(DatastoreName name) {
    return served(name).identity();
  }

  /**
   * How often each token is the value of a key, by token id.
   *
   * @throws org.knnlm.datastore.DatastoreException at a value that is no token id
   */
  public long[] valueCounts(DatastoreName name) {
    return served(name).counts().get();
  }

  /** The manifest of the index that is served; empty when there is none. */
  public Optional<IndexManifest> index(DatastoreName name) {
    return manifest(served(name));
  }

  private static Optional<IndexManifest> manifest(ServedDatastore target) {
    return target.withIndex(index -> Optional.ofNullable(index).map(SearchableDatastore::manifest));
  }

  /** Where the index files held here are searched, by their numbers; empty without an index. */
  public Map<Integer, Place> places(DatastoreName name) {
    return served(name).withIndex(index -> index == null ? Map.of() : index.places());
  }

  /**
   * Reads the index files whole and compares them with their checksums.
   *
   * @return how many files have one
   * @throws org.knnlm.index.shard.IndexFileException at the first file that differs
   */
  public int verify(DatastoreName name) {
    try {
      return served(name).folder().verify();
    } catch (IOException e) {
      throw new UncheckedIOException("the index cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Calls with the index, which stays open during the call.
   *
   * @throws NoIndexException when it is not built yet
   */
  public <T> T search(DatastoreName name, Function<SearchableDatastore, T> call) {
    return served(name)
        .withIndex(
            index -> {
              if (index == null) {
                throw new NoIndexException(name.value());
              }
              return call.apply(index);
            });
  }

  /**
   * Starts a build, or goes on with one of the same plan that was interrupted; the job that runs
   * already when it has the same plan, or an ended one when the index exists as planned.
   *
   * <p>A datastore that was appended to another goes on from its index, where that is of the same
   * settings.
   *
   * @param fresh train anew and add all keys, even so
   * @throws org.knnlm.index.build.IndexSettingsException when the settings do not fit the datastore
   * @throws org.knnlm.index.build.NotEnoughRoomException when memory or disk do not do
   * @throws ReadOnlyFolderException when nothing may be written beside the datastore
   * @throws BuildConflictException while the datastore's index is built with other settings
   */
  public BuildJob build(DatastoreName name, IndexSettings settings, boolean fresh) {
    ServedDatastore target = served(name);
    return build(name, target, plan(settings, target, fresh));
  }

  private static IndexPlan plan(IndexSettings settings, ServedDatastore target, boolean fresh) {
    Datastore datastore = target.datastore();
    try {
      return fresh
          ? IndexPlan.of(settings, datastore.size(), datastore.dimension())
          : IndexPlan.of(settings, datastore, manifest(target));
    } catch (IOException e) {
      throw new UncheckedIOException("a base's index cannot be read: " + e.getMessage(), e);
    }
  }

  private BuildJob build(DatastoreName name, ServedDatastore target, IndexPlan plan) {
    return jobs.compute(
        name,
        (key, last) -> {
          if (last == null || !last.isRunning()) {
            return start(name, target, plan);
          }
          if (!last.plan().equals(plan)) {
            throw new BuildConflictException(name.value(), last.plan().factory(), plan.factory());
          }
          return last;
        });
  }

  private BuildJob start(DatastoreName name, ServedDatastore target, IndexPlan plan) {
    Needs needs = needs(plan, target.datastore());
    var job = new BuildJob(plan, needs, target.datastore().size() - plan.sharedKeys());
    Optional<IndexManifest> existing = manifest(target);
    if (existing.filter(plan::isOf).isPresent()) {
      job.complete(existing.get());
    } else {
      if (!Files.isWritable(folder(name))) {
        throw new ReadOnlyFolderException(name.value(), folder(name));
      }
      reserveRoom(name, needs);
      Thread.ofPlatform().name("build " + name.value()).start(() -> run(name, target, plan, job));
    }
    return job;
  }

  private static Needs needs(IndexPlan plan, Datastore datastore) {
    try {
      return IndexBuilder.needs(plan, datastore);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "what is left of a build cannot be read: " + e.getMessage(), e);
    }
  }

  /** Builds that run may still take all that they need; a build folder's files are used again. */
  private synchronized void reserveRoom(DatastoreName name, Needs needs) {
    long memory = reserved.values().stream().mapToLong(Needs::memory).sum();
    long disk = reserved.values().stream().mapToLong(Needs::disk).sum();
    try {
      needs.requireRoom(
          room.memory() - memory, room.disk(folder(name)) + BuildFolder.bytes(folder(name)) - disk);
    } catch (IOException e) {
      throw new UncheckedIOException("room for a build cannot be asked for: " + e.getMessage(), e);
    }
    reserved.put(name, needs);
  }

  private void run(DatastoreName name, ServedDatastore target, IndexPlan plan, BuildJob job) {
    try {
      Path folder = folder(name);
      IndexManifest built = new IndexBuilder(target.datastore(), folder, plan, job).build();
      target.refresh();
      reserved.remove(name);
      ended(job, true);
      job.complete(built);
    } catch (Exception | OutOfMemoryError e) {
      reserved.remove(name);
      ended(job, false);
      job.fail(e);
    }
  }

  private void ended(BuildJob job, boolean well) {
    endedBuilds.updateAndGet(ended -> ended.plus(job, well));
  }

  /** Builds that run. */
  public List<BuildJob> runningBuilds() {
    return jobs.values().stream().filter(BuildJob::isRunning).toList();
  }

  /** What has come of builds since the start. */
  public EndedBuilds endedBuilds() {
    return endedBuilds.get();
  }

  /** What is open now; nothing is opened for that. */
  public Loaded loaded() {
    int shards = 0;
    long keys = 0;
    for (ServedDatastore open : served.values()) {
      shards += open.withLoaded(index -> index == null ? 0 : index.shards().size());
      keys += open.withLoaded(index -> index == null ? 0 : index.loadedKeys());
    }
    return new Loaded(served.size(), shards, keys);
  }

  /** Why datastores could not be opened when they were asked for last. */
  public Map<DatastoreName, String> failures() {
    return Map.copyOf(failures);
  }

  /** The folder of the datastores. */
  public Path root() {
    return root;
  }

  /** Where searches wait for their turn. */
  public SearchQueue queue() {
    return queue;
  }

  /**
   * Goes on with every build that was interrupted, one after the other, in the background. What
   * comes of it is logged; a build that fails here can be asked for again.
   */
  public void resumeBuilds() {
    Thread.ofPlatform().daemon().name("resume builds").start(this::resumeAll);
  }

  private void resumeAll() {
    List<DatastoreName> interrupted;
    try (Stream<Path> folders = Files.list(root)) {
      interrupted =
          folders
              .filter(BuildFolder::exists)
              .flatMap(folder -> name(folder.getFileName().toString()).stream())
              .toList();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "interrupted builds cannot be looked for in {0}: {1}", root, e);
      return;
    }
    interrupted.forEach(this::resume);
  }

  private static Optional<DatastoreName> name(String folder) {
    try {
      return Optional.of(new DatastoreName(folder));
    } catch (IllegalArgumentException notADatastore) {
      return Optional.empty();
    }
  }

  private void resume(DatastoreName name) {
    try {
      ServedDatastore target = served(name);
      Optional<IndexPlan> plan = IndexBuilder.interrupted(target.datastore(), folder(name));
      if (plan.isEmpty() || plan.filter(p -> index(name).filter(p::isOf).isPresent()).isPresent()) {
        IndexBuilder.discard(folder(name));
        return;
      }
      String factory = plan.get().factory();
      LOG.log(Level.INFO, "going on with the interrupted build of {0}: {1}", name, factory);
      BuildJob job = build(name, target, plan.get());
      while (!job.await(Duration.ofMinutes(1))) {
        LOG.log(Level.INFO, "building {0}: {1}", name, job.progress());
      }
      LOG.log(Level.INFO, "the index of {0} is built: {1}", name, factory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "the interrupted build of {0} does not go on: {1}", name, e);
    }
  }

  private ServedDatastore served(DatastoreName name) {
    return served.computeIfAbsent(name, this::openAndTell);
  }

  private ServedDatastore openAndTell(DatastoreName name) {
    loading.add(name);
    try {
      ServedDatastore opened = open(name);
      failures.remove(name);
      return opened;
    } catch (NoSuchDatastoreException e) {
      throw e;
    } catch (RuntimeException e) {
      failures.put(name, Objects.requireNonNullElse(e.getMessage(), e.toString()));
      throw e;
    } finally {
      loading.remove(name);
    }
  }

  private ServedDatastore open(DatastoreName name) {
    Path folder = folder(name);
    if (!Files.isDirectory(folder)) {
      throw new NoSuchDatastoreException(name.value());
    }
    IndexFolder files = indexFolder(name, folder);
    Datastore datastore;
    try {
      files.recover();
      datastore = Datastore.open(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
    }
    try {
      return new ServedDatastore(
          datastore,
          Identity.of(name.value(), datastore, settings(name)),
          files,
          () -> SearchableDatastore.open(datastore, files, held, threads, queue, gpus));
    } catch (RuntimeException e) {
      datastore.close();
      throw e;
    }
  }

  private IndexFolder indexFolder(DatastoreName name, Path folder) {
    return Files.isWritable(folder)
        ? new IndexFolder(folder)
        : IndexFolder.readOnly(folder, root.resolve("." + name.value() + ".index.json"));
  }

  private Import settings(DatastoreName name) {
    return imports.getOrDefault(name, Import.NONE);
  }

  /** Where a datastore lies. */
  private Path folder(DatastoreName name) {
    Path own = name.in(root);
    Path folder = settings(name).folder().orElse(own);
    if (!folder.equals(own)) {
      if (Files.exists(own)) {
        throw new ImportException(
            name.value(), "path is %s, but there is %s, too".formatted(folder, own));
      }
      if (!Files.isDirectory(folder)) {
        throw new ImportException(name.value(), "path is %s, no folder".formatted(folder));
      }
    }
    return folder;
  }

  @Override
  public void close() {
    served.values().forEach(ServedDatastore::close);
    queue.close();
  }
}
