package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.Journal;
import org.knnlm.datastore.Part;
import org.knnlm.datastore.StagingFolder;

/** The last step of a datastore. */
public final class DatastoreFinisher {
  /** Missing parts that an error names. */
  private static final int NAMED = 10;

  private DatastoreFinisher() {}

  /**
   * Verifies all parts against the journal, and publishes the datastore. The caller has the
   * folder's claim.
   *
   * @return the datastore's folder
   * @throws EmbeddingException.Incomplete when parts are missing
   * @throws EmbeddingException.WrongBase when what it is appended to is not that any more
   * @throws EmbeddingException.Damaged when a part's bytes are not those that were written
   */
  public static Path finish(StagingFolder staging) throws IOException {
    if (staging.isComplete()) {
      return staging.publish();
    }
    Plan plan =
        PlanFile.read(staging)
            .orElseThrow(
                () ->
                    new EmbeddingException.Incomplete(
                        "%s holds no plan: its corpus has not been counted"
                            .formatted(staging.path())));
    try (var journal = new Journal(staging);
        var writer =
            new DatastoreWriter(staging, plan.keys(), plan.model().hiddenSize(), plan.origin())) {
      for (Part part : written(plan, journal, staging)) {
        if (!writer.takeOver(part)) {
          throw new EmbeddingException.Damaged(
              "%s: the %d keys from %d are not those that were written; embed writes them again"
                  .formatted(staging.path(), part.numKeys(), part.firstKey()));
        }
      }
      Appending.requireUnchanged(staging.path().getParent(), plan.bases());
      return writer.publish(plan.documents(), plan.bases());
    }
  }

  private static List<Part> written(Plan plan, Journal journal, StagingFolder staging)
      throws IOException {
    List<Part> written = new ArrayList<>();
    List<Long> missing = new ArrayList<>();
    for (PartPlan part : plan.parts()) {
      Optional<Part> entry = journal.read(part.index(), part.firstKey(), part.keys());
      entry.ifPresentOrElse(written::add, () -> missing.add(part.index()));
    }
    if (!missing.isEmpty()) {
      throw new EmbeddingException.Incomplete(
          "%s: %d of %d parts are missing: %s%s"
              .formatted(
                  staging.path(),
                  missing.size(),
                  plan.parts().size(),
                  missing.subList(0, Math.min(NAMED, missing.size())),
                  missing.size() > NAMED ? " and others" : ""));
    }
    return written;
  }
}
