package org.knnlm.lm.retrieval;

/** The keys of a datastore are not hidden states of this model. */
public final class DatastoreMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DatastoreMismatchException(String message) {
    super(message);
  }

  /**
   * Refuses a datastore whose keys are of another length or another model, or whose values are no
   * tokens of this one.
   */
  public static void check(Datastore datastore, org.knnlm.lm.model.ModelInfo model) {
    if (datastore.dimension() != model.hiddenSize()) {
      throw new DatastoreMismatchException(
          "datastore %s has keys of length %d, but the hidden states of model %s have length %d"
              .formatted(datastore.name(), datastore.dimension(), model.id(), model.hiddenSize()));
    }
    if (!datastore.modelSha256().isEmpty()
        && !datastore.modelSha256().equals(model.modelSha256())) {
      throw new DatastoreMismatchException(
          "datastore %s was made by the model with SHA-256 %s, but model %s has %s"
              .formatted(
                  datastore.name(), datastore.modelSha256(), model.id(), model.modelSha256()));
    }
    int largest = datastore.largestToken().orElse(0);
    if (largest >= model.vocabularySize()) {
      throw new DatastoreMismatchException(
          "datastore %s has the token id %d among its values, but the vocabulary of model %s ends at %d"
              .formatted(datastore.name(), largest, model.id(), model.vocabularySize() - 1));
    }
  }
}
