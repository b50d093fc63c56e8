package org.knnlm.eval.lm;

/**
 * The model that answers.
 *
 * @param id its name
 * @param type its architecture
 * @param sha256 identity of weights and configuration
 * @param tokenizerSha256 identity of the tokenizer
 * @param datatype what the forward pass computes in
 * @param device what it computes on
 * @param maxSequenceLength most tokens in one sequence
 * @param maxSequences most sequences in one request
 * @param serviceVersion version of the service that runs it
 */
public record ModelInfo(
    String id,
    String type,
    String sha256,
    String tokenizerSha256,
    String datatype,
    String device,
    int maxSequenceLength,
    int maxSequences,
    String serviceVersion) {

  /** Whether the other gives the same numbers for the same tokens. */
  public boolean computesAs(ModelInfo other) {
    return sha256.equals(other.sha256)
        && tokenizerSha256.equals(other.tokenizerSha256)
        && datatype.equals(other.datatype)
        && device.equals(other.device)
        && maxSequenceLength == other.maxSequenceLength;
  }
}
