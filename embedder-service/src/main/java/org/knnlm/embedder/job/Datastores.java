package org.knnlm.embedder.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.embedder.embedding.Appending;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.embedding.Totals;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/**
 * The datastores of a folder, and the jobs that make more of them. Jobs run one after the other:
 * the model is what they wait for.
 */
public final class Datastores implements AutoCloseable {
  private final Path root;
  private final LanguageModel impatient;
  private final LanguageModel model;
  private final int partsInFlight;
  private final Totals totals = new Totals();
  private final ConcurrentMap<DatastoreName, DatastoreJob> jobs = new ConcurrentHashMap<>();
  private final ExecutorService queue =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("datastore-job").factory());

  /**
   * @param root folder of the datastores, each in a folder of its name
   * @param impatient tells a caller soon that it does not answer
   * @param model the same one, which works for jobs and waits for better times
   * @param partsInFlight parts of a datastore that are written at the same time
   */
  public Datastores(Path root, LanguageModel impatient, LanguageModel model, int partsInFlight) {
    this.root = root;
    this.impatient = impatient;
    this.model = model;
    this.partsInFlight = partsInFlight;
  }

  /**
   * Starts a job.
   *
   * @throws DatastoreException.Taken when a datastore or a job has the name
   * @throws InvalidCorpusException when the corpus has no document
   * @throws org.knnlm.corpus.CorpusException when its first document is not what its layout says
   * @throws org.knnlm.embedder.model.LanguageModelException when the model does not answer
   * @throws org.knnlm.embedder.embedding.EmbeddingException.WrongBase when it cannot be appended to
   *     the datastore that it names
   */
  public void create(DatastoreRequest request) throws IOException {
    CorpusFolder.requireDocument(request.corpus());
    requireFree(request.name(), jobs.get(request.name()));
    ModelInfo info = impatient.info();
    List<Base> bases =
        request.appendTo().isEmpty()
            ? List.of()
            : Appending.to(root, request.appendTo().get(), info, request.key()).bases();
    DatastoreJob job =
        jobs.compute(
            request.name(),
            (name, earlier) -> {
              requireFree(name, earlier);
              return new DatastoreJob(request, bases, root, model, info, partsInFlight, totals);
            });
    queue.execute(job::run);
  }

  private void requireFree(DatastoreName name, DatastoreJob earlier) {
    if (earlier != null && !earlier.isOver()) {
      throw new DatastoreException.Taken(name.in(root), "a job is making this datastore");
    }
    if (Files.exists(name.in(root))) {
      throw new DatastoreException.Taken(name.in(root), "exists already");
    }
  }

  /** The job that makes, or has made, or failed to make a datastore since the service started. */
  public Optional<DatastoreJob> job(DatastoreName name) {
    return Optional.ofNullable(jobs.get(name));
  }

  /** How far the jobs are that run or wait for their turn. */
  public List<Progress> underWay() {
    return jobs.values().stream().filter(job -> !job.isOver()).map(DatastoreJob::progress).toList();
  }

  /** What all jobs have done since the start. */
  public Totals totals() {
    return totals;
  }

  /** The folder of the datastores. */
  public Path root() {
    return root;
  }

  /** Whether there is a finished datastore, sound or not. */
  public boolean exists(DatastoreName name) {
    return Files.isDirectory(name.in(root));
  }

  /**
   * Opens a finished datastore.
   *
   * @throws DatastoreException when there is none, or it is damaged
   */
  public Datastore open(DatastoreName name) throws IOException {
    return Datastore.open(name.in(root));
  }

  /** Stops the jobs, and waits for their end. */
  @Override
  public void close() {
    jobs.values().forEach(DatastoreJob::stop);
    queue.close();
  }
}
