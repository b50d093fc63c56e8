package org.knnlm.eval.lm;

/**
 * A datastore and its index.
 *
 * @param keys number of keys
 * @param dimension length of a key
 * @param modelSha256 identity of the model whose hidden states the keys are; empty when unknown
 * @param index the index as the faiss index factory would be told
 * @param nprobe lists that a search visits when it does not say
 * @param serviceVersion version of the service that searches it
 */
public record DatastoreInfo(
    long keys, int dimension, String modelSha256, String index, int nprobe, String serviceVersion) {

  /** Whether the other finds the same neighbours. */
  public boolean answersAs(DatastoreInfo other) {
    return keys == other.keys
        && dimension == other.dimension
        && modelSha256.equals(other.modelSha256)
        && index.equals(other.index)
        && nprobe == other.nprobe;
  }
}
