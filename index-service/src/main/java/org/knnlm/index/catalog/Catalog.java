package org.knnlm.index.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.build.IndexBuilder;
import org.knnlm.index.build.IndexPlan;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.search.SearchQueue;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.shard.IndexManifest;

/**
 * The datastores under a root folder and those imported, each opened when it is first asked for and
 * kept open.
 */
public final class Catalog implements AutoCloseable {
  private final Path root;
  private final IntPredicate held;
  private final Map<DatastoreName, Import> imports;
  private final int threads;
  private final SearchQueue queue;
  private final Map<DatastoreName, ServedDatastore> served = new ConcurrentHashMap<>();
  private final Map<DatastoreName, BuildJob> jobs = new ConcurrentHashMap<>();

  /**
   * @param root folder whose sub-folders are datastores
   * @param imports what the settings say of datastores
   * @param held which files of an index, by their number, are searched here
   * @param threads of a search
   * @param queue of searches; closed with the catalog
   */
  public Catalog(
      Path root,
      Map<DatastoreName, Import> imports,
      IntPredicate held,
      int threads,
      SearchQueue queue) {
    this.root = root;
    this.imports = Map.copyOf(imports);
    this.held = held;
    this.threads = threads;
    this.queue = queue;
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

  /** Which model a datastore belongs to. */
  public Identity identity(DatastoreName name) {
    return served(name).identity();
  }

  /** The manifest of the index that is served; empty when there is none. */
  public Optional<IndexManifest> index(DatastoreName name) {
    return served(name)
        .withIndex(index -> Optional.ofNullable(index).map(SearchableDatastore::manifest));
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
   * Starts a build; the job that runs already when there is one, or an ended one when the index
   * exists as planned.
   *
   * @throws org.knnlm.index.build.IndexSettingsException when the settings do not fit the datastore
   */
  public BuildJob build(DatastoreName name, IndexSettings settings) {
    ServedDatastore target = served(name);
    Datastore datastore = target.datastore();
    IndexPlan plan = IndexPlan.of(settings, datastore.size(), datastore.dimension());
    return jobs.compute(
        name, (key, last) -> last != null && last.isRunning() ? last : start(name, target, plan));
  }

  private BuildJob start(DatastoreName name, ServedDatastore target, IndexPlan plan) {
    var job = new BuildJob(target.datastore().size());
    Optional<IndexManifest> existing =
        target.withIndex(index -> Optional.ofNullable(index).map(SearchableDatastore::manifest));
    if (existing.filter(plan::isOf).isPresent()) {
      job.complete(existing.get());
    } else {
      Thread.ofPlatform().name("build " + name.value()).start(() -> run(name, target, plan, job));
    }
    return job;
  }

  private void run(DatastoreName name, ServedDatastore target, IndexPlan plan, BuildJob job) {
    try {
      Path folder = folder(name);
      IndexManifest built = new IndexBuilder(target.datastore(), folder, plan, job::update).build();
      target.replace(SearchableDatastore.open(target.datastore(), folder, held, threads, queue));
      job.complete(built);
    } catch (Exception | OutOfMemoryError e) {
      job.fail(e);
    }
  }

  private ServedDatastore served(DatastoreName name) {
    return served.computeIfAbsent(name, this::open);
  }

  private ServedDatastore open(DatastoreName name) {
    Path folder = folder(name);
    if (!Files.isDirectory(folder)) {
      throw new NoSuchDatastoreException(name.value());
    }
    Datastore datastore;
    try {
      datastore = Datastore.open(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
    }
    try {
      return new ServedDatastore(
          datastore,
          Identity.of(name.value(), datastore, settings(name)),
          SearchableDatastore.open(datastore, folder, held, threads, queue));
    } catch (RuntimeException e) {
      datastore.close();
      throw e;
    }
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
