package org.knnlm.eval.run;

import java.util.Optional;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.ModelInfo;

/** Whether what a run's numbers depend on is what it was when the run was asked for. */
public final class Inputs {
  private final LanguageModel model;
  private final Datastores datastores;

  public Inputs(LanguageModel model, Datastores datastores) {
    this.model = model;
    this.datastores = datastores;
  }

  /**
   * The model that answers now.
   *
   * @throws ChangedInputException when it is another
   */
  public ModelInfo checkModel(Run run) {
    ModelInfo before = run.provenance().model();
    ModelInfo now = model.info();
    if (!now.computesAs(before)) {
      throw new ChangedInputException(
          "lm-service has another model than the run began with: %s, and was %s"
              .formatted(now, before));
    }
    return now;
  }

  /**
   * Asks for the datastores; one that nobody can describe is left to the model to refuse.
   *
   * @throws ChangedInputException when one is another
   */
  public void checkDatastores(Run run) {
    for (int i = 0; i < run.spec().settings().size(); i++) {
      String name = run.spec().settings().get(i).datastore();
      Optional<DatastoreInfo> before = run.provenance().datastores().get(i);
      Optional<DatastoreInfo> now = datastores.describe(name);
      if (before.isPresent() && now.isPresent() && !now.get().answersAs(before.get())) {
        throw new ChangedInputException(
            "the datastore %s has changed: %s, and was %s"
                .formatted(name, now.get(), before.get()));
      }
    }
  }
}
