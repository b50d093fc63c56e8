package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.Journal;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Part;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;

/**
 * Makes the datastore of one corpus, in three steps: a counting pass fixes every part; workers, in
 * any processes and any order, write them; the last step verifies all and publishes. What is
 * written stays written: each step goes on where a killed one ended, and the bytes are the same.
 */
public final class DatastoreMaker {
  private static final System.Logger LOG = System.getLogger(DatastoreMaker.class.getName());

  private final LanguageModel model;
  private final StagingFolder staging;
  private final ProgressMeter progress;
  private final List<Base> bases;

  /**
   * Makes a datastore that stands alone.
   *
   * @param staging where the datastore grows
   */
  public DatastoreMaker(LanguageModel model, StagingFolder staging, ProgressMeter progress) {
    this(model, staging, progress, List.of());
  }

  /**
   * @param staging where the datastore grows
   * @param bases what it is appended to, see {@link Appending}; empty when it stands alone
   */
  public DatastoreMaker(
      LanguageModel model, StagingFolder staging, ProgressMeter progress, List<Base> bases) {
    this.model = model;
    this.staging = staging;
    this.progress = progress;
    this.bases = List.copyOf(bases);
  }

  /**
   * Does all three steps, and starts anew when what was begun under the name is something else.
   *
   * @param info what {@code model} said it was when the corpus was accepted
   * @param partsInFlight parts that are written at the same time, at least 1
   * @throws EmbeddingException when corpus and model do not make a datastore
   * @throws org.knnlm.corpus.CorpusException when the corpus is not what its layout says
   * @throws org.knnlm.embedder.model.LanguageModelException when the model does not answer
   */
  public Path make(Corpus corpus, ModelInfo info, KeyType key, int partsInFlight)
      throws IOException, InterruptedException, ExecutionException {
    try (var _ = staging.claim()) {
      if (!staging.isComplete()) {
        Plan plan = planAnew(corpus, info, key);
        embed(plan, Share.ALL, partsInFlight);
      }
      Path folder = DatastoreFinisher.finish(staging);
      progress.done();
      return folder;
    }
  }

  private Plan planAnew(Corpus corpus, ModelInfo info, KeyType key)
      throws IOException, InterruptedException, ExecutionException {
    try {
      return plan(corpus, info, key);
    } catch (EmbeddingException.OtherPlan other) {
      LOG.log(System.Logger.Level.WARNING, "{0}: starting anew", other.getMessage());
      staging.clear();
      return plan(corpus, info, key);
    }
  }

  /**
   * The plan of a corpus: that which is there, or else one that is made by the counting pass. The
   * caller has the folder's claim. When there is nothing to plan, the folder goes.
   *
   * @throws EmbeddingException.OtherPlan when the one that is there is of something else
   */
  public Plan plan(Corpus corpus, ModelInfo info, KeyType key)
      throws IOException, InterruptedException, ExecutionException {
    Optional<Plan> known = PlanFile.read(staging);
    if (known.isPresent()) {
      Optional<String> difference = known.get().difference(corpus.stamp(), info, key, bases);
      if (difference.isPresent()) {
        throw new EmbeddingException.OtherPlan(
            "%s was begun with %s".formatted(staging.path(), difference.get()));
      }
      progress.documentsRead(known.get().report().documents());
      return known.get();
    }
    boolean planned = false;
    try {
      Plan plan = CorpusCounter.count(model, info, corpus, key, bases, staging, progress);
      planned = true;
      LOG.log(System.Logger.Level.INFO, "{0}: {1}", corpus.name(), plan.report());
      return plan;
    } catch (IOException e) {
      throw EmbeddingException.NotEnoughSpace.unless(staging.path(), e);
    } finally {
      if (!planned) {
        staging.discard();
      }
    }
  }

  /**
   * Writes the parts of a share that are not written yet, and verifies those that are.
   *
   * @param partsInFlight parts that are written at the same time, at least 1
   * @throws EmbeddingException.ModelChanged when the model is not the plan's
   * @throws EmbeddingException.NotEnoughSpace when the disk cannot hold what is missing
   */
  public void embed(Plan plan, Share share, int partsInFlight)
      throws IOException, InterruptedException, ExecutionException {
    requireModelOf(plan);
    List<PartPlan> parts = plan.parts().stream().filter(share::has).toList();
    try (var journal = new Journal(staging)) {
      requireSpace(plan, parts, journal);
      progress.embedding(parts.stream().mapToLong(PartPlan::keys).sum());
      try (var tokens = TokenFile.open(staging);
          var writer =
              new DatastoreWriter(staging, plan.keys(), plan.model().hiddenSize(), plan.origin())) {
        var embedder = new PartEmbedder(model, plan, tokens, progress);
        try (var written =
            new Ahead<>(
                parts.iterator(),
                part -> write(plan, part, embedder, journal, writer),
                partsInFlight)) {
          while (written.hasNext()) {
            written.next();
          }
        }
      }
    }
    progress.embedded();
  }

  private Part write(
      Plan plan, PartPlan part, PartEmbedder embedder, Journal journal, DatastoreWriter writer)
      throws IOException, InterruptedException, ExecutionException {
    try (var _ = staging.awaitPart(part.index())) {
      Optional<Part> earlier = journal.read(part.index(), part.firstKey(), part.keys());
      if (earlier.isPresent()) {
        if (writer.takeOver(earlier.get())) {
          progress.keysFound(part.keys());
          return earlier.get();
        }
        progress.partDamaged();
        LOG.log(System.Logger.Level.WARNING, "{0} is damaged on the disk: writing it again", part);
      }
      Part written = embedder.embed(part, writer);
      requireModelOf(plan);
      journal.write(part.index(), written);
      progress.partWritten();
      return written;
    } catch (IOException e) {
      throw EmbeddingException.NotEnoughSpace.unless(staging.path(), e);
    }
  }

  private void requireSpace(Plan plan, List<PartPlan> parts, Journal journal) throws IOException {
    long keys = 0;
    for (PartPlan part : parts) {
      if (journal.read(part.index(), part.firstKey(), part.keys()).isEmpty()) {
        keys += part.keys();
      }
    }
    int dimension = plan.model().hiddenSize();
    long needed = Math.multiplyExact(keys, 2L * dimension + Integer.BYTES);
    long found = Files.getFileStore(staging.path()).getUsableSpace();
    if (found < needed) {
      throw new EmbeddingException.NotEnoughSpace(
          "%d keys of dimension %d need %d bytes in %s, found %d"
              .formatted(keys, dimension, needed, staging.path().getParent(), found));
    }
  }

  private void requireModelOf(Plan plan) {
    ModelInfo now = model.info();
    if (!now.equals(plan.model())) {
      throw new EmbeddingException.ModelChanged(
          "the datastore is made with %s, but lm-service runs %s".formatted(plan.model(), now));
    }
  }
}
